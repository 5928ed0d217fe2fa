import { describe, expect, it } from 'vitest';
import { chunkKey } from '#core/run/chunk-key.ts';
import { chunkId } from '#core/run/chunk-name.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

describe('chunkKey', () => {
  it('has six digits, so that keys sort as numbers', () => {
    const location = { bucket: 'bucket', prefix: 'out/' };
    const base = EMPTY_BASE;
    const gzip = { ...PLAIN_CSV, compression: 'gzip' } as const;
    expect(chunkKey({ location, base, output: PLAIN_CSV }, 42)).toBe('out/data/chunk-000042.csv');
    expect(chunkKey({ location, base, output: gzip }, 42)).toBe('out/data/chunk-000042.csv.gz');
    const overwrites = { location, output: PLAIN_CSV, base: { ...base, since: 2 } };
    expect(chunkKey(overwrites, 42)).toBe('out/data-g000002/chunk-000042.csv');
    expect(chunkId(999_999)).toBe('999999');
  });
});
