import { describe, expect, it } from 'vitest';
import { chunkId, chunkKey } from '#core/run/chunk-name.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

describe('chunkKey', () => {
  it('has six digits, so that keys sort as numbers', () => {
    const location = { bucket: 'bucket', prefix: 'out/' };
    const gzip = { ...PLAIN_CSV, compression: 'gzip' } as const;
    expect(chunkKey({ location, output: PLAIN_CSV }, 42)).toBe('out/data/chunk-000042.csv');
    expect(chunkKey({ location, output: gzip }, 42)).toBe('out/data/chunk-000042.csv.gz');
    expect(chunkId(999_999)).toBe('999999');
  });
});
