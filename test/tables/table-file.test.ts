import { expect, it } from 'vitest';
import { tableFileOf } from '#tables/table-file.ts';

it('makes the form of an output the engine’s own', () => {
  const made = { path: '/d/out', rowGroupRows: 5_000, keyValues: { a: 'b' } };
  const parts = { ...made, columns: 128 };
  const csv = { format: 'csv', compression: 'zstd', header: true, delimiter: ';' } as const;
  expect(tableFileOf(csv, parts)).toEqual({ ...csv, path: '/d/out' });
  const jsonl = { format: 'jsonl', compression: 'none' } as const;
  const values = ['1'];
  expect(tableFileOf(jsonl, { ...parts, values })).toEqual({ ...jsonl, path: '/d/out', values });
  const parquet = { format: 'parquet', compression: 'none' } as const;
  expect(tableFileOf({ ...parquet, rowGroupBytes: 1 }, parts)).toEqual({ ...parquet, ...made });
  const { keyValues: _, ...plain } = parts;
  expect(tableFileOf({ ...parquet, rowGroupBytes: 1 }, plain)).not.toHaveProperty('keyValues');
  const wide = tableFileOf({ ...parquet, rowGroupBytes: 1 }, { ...parts, columns: 1000 });
  expect(wide).toMatchObject({ dictionaryBytes: 134_217 });
});
