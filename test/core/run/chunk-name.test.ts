import { describe, expect, it } from 'vitest';
import { chunkKey } from '#core/run/chunk-key.ts';
import { chunkId, chunkIndexOf, isOwnChunk } from '#core/run/chunk-name.ts';
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

describe('the key of a chunk', () => {
  it.each([
    ['out/data/chunk-000012.csv', 12],
    ['data/day=1/chunk-000003.parquet', 3],
    ['chunk-000001.csv.gz', 1],
    ['out/data/rows.csv', 0],
    ['out/data/chunk-12.csv', undefined],
    ['out/_manifest/manifest.json', undefined],
  ])('%s has the index %s', (key, index) => {
    expect(chunkIndexOf(key)).toBe(index);
  });

  it('is of the run itself where its index is not below the base', () => {
    const run = { base: { ...EMPTY_BASE, chunks: 2 } };
    expect(isOwnChunk(run, 'data/chunk-000001.csv')).toBe(false);
    expect(isOwnChunk(run, 'data/chunk-000002.csv')).toBe(true);
    expect(isOwnChunk(run, 'data/other.txt')).toBe(true);
  });
});
