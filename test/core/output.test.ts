import { describe, expect, it } from 'vitest';
import {
  claimKey,
  defaultPrefix,
  failuresKey,
  manifestKey,
  outputUri,
  planKey,
} from '#core/output.ts';

describe('the keys of a run', () => {
  it('lie below its prefix, control files apart from data', () => {
    expect(manifestKey('out/')).toBe('out/_manifest/manifest.json');
    expect(claimKey('out/')).toBe('out/_manifest/run.json');
    expect(failuresKey('out/')).toBe('out/_manifest/failures.json');
    expect(planKey('out/')).toBe('out/_plan/plan.jsonl');
    expect(outputUri({ bucket: 'b', prefix: 'out/' }, 'out/x')).toBe('s3://b/out/x');
  });

  it.each([
    ['folder/matrix.npz', 'folder/matrix/id/'],
    ['matrix', 'matrix/id/'],
    ['a.b/matrix', 'a.b/matrix/id/'],
    ['matrix.tar.gz', 'matrix.tar/id/'],
  ])('default to the key of the source without its ending: %s', (key, prefix) => {
    expect(defaultPrefix(key, 'id')).toBe(prefix);
  });
});
