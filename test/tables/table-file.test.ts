import { expect, it } from 'vitest';
import { tableFileOf } from '#tables/table-file.ts';

it('makes the form of an output the engine’s own', () => {
  const parts = { path: '/d/out', rowGroupRows: 5_000, keyValues: { a: 'b' } };
  const csv = { format: 'csv', compression: 'zstd', header: true, delimiter: ';' } as const;
  expect(tableFileOf(csv, parts)).toEqual({ ...csv, path: '/d/out' });
  const parquet = { format: 'parquet', compression: 'none' } as const;
  expect(tableFileOf({ ...parquet, rowGroupBytes: 1 }, parts)).toEqual({ ...parquet, ...parts });
  const { keyValues: _, ...plain } = parts;
  expect(tableFileOf({ ...parquet, rowGroupBytes: 1 }, plain)).not.toHaveProperty('keyValues');
});
