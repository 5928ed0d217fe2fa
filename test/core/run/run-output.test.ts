import { describe, expect, it } from 'vitest';
import { outputOf, outputSpec } from '#core/run/run-output.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

describe('what a run writes', () => {
  it('follows from the kind of the spec', () => {
    expect(outputOf(PLAIN_CSV)).toMatchObject({ ending: '.csv', contentType: 'text/csv' });
    const zipped = outputOf({ ...PLAIN_CSV, compression: 'gzip' });
    expect(zipped).toMatchObject({ ending: '.csv.gz', contentType: 'application/gzip' });
  });

  it('is no spec of another kind, nor one with a field too many', () => {
    expect(outputSpec.safeParse(PLAIN_CSV).data).toEqual(PLAIN_CSV);
    expect(outputSpec.safeParse({ ...PLAIN_CSV, kind: 'tsv' }).success).toBe(false);
    expect(outputSpec.safeParse({ ...PLAIN_CSV, level: 9 }).success).toBe(false);
  });
});
