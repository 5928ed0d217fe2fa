import { describe, expect, it } from 'vitest';
import {
  claimKey,
  columnNamesKey,
  defaultPrefix,
  failuresKey,
  generationKey,
  layoutKey,
  manifestKey,
  outputUri,
  planKey,
  stagedPrefix,
} from '#core/run/output-keys.ts';

describe('the keys of a run', () => {
  it('lie below its prefix, control files apart from data', () => {
    expect(manifestKey('out/')).toBe('out/_manifest/manifest.json');
    expect(generationKey('out/', 1)).toBe('out/_manifest/manifest-000001.json');
    expect(claimKey('out/', 1)).toBe('out/_manifest/run.json');
    expect(columnNamesKey('out/')).toBe('out/_manifest/columns.json');
    expect(failuresKey('out/')).toBe('out/_manifest/failures.json');
    expect(planKey('out/', 1)).toBe('out/_plan/plan.jsonl');
    expect(layoutKey('out/', 1)).toBe('out/_plan/source.json');
    expect(outputUri({ bucket: 'b', prefix: 'out/' }, 'out/x')).toBe('s3://b/out/x');
  });

  it('stage what makes a source readable apart from all outputs', () => {
    expect(stagedPrefix('id')).toBe('_staged/id/');
  });

  it('have the number of an appended generation', () => {
    expect(generationKey('out/', 12)).toBe('out/_manifest/manifest-000012.json');
    expect(claimKey('out/', 12)).toBe('out/_manifest/run-000012.json');
    expect(planKey('out/', 12)).toBe('out/_plan/plan-000012.jsonl');
    expect(layoutKey('out/', 12)).toBe('out/_plan/source-000012.json');
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
