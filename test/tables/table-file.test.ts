import { expect, it } from 'vitest';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { outputFileOf, tableFileOf, VALUES } from '#tables/table-file.ts';

const PARQUET = { format: 'parquet', compression: 'none', rowGroupBytes: 1 } as const;
const FLAT = tableSchema.parse({ id: 'int', x: 'double' });

it('makes the form of values the engine’s own', () => {
  const parts = { path: '/d/out', rowGroupRows: 5_000 };
  const { rowGroupBytes: _, ...form } = VALUES;
  expect(tableFileOf(VALUES, { ...parts, columns: 128 })).toEqual({ ...form, ...parts });
  const wide = tableFileOf(VALUES, { ...parts, columns: 1000 });
  expect(wide).toMatchObject({ dictionaryBytes: 134_217 });
});

it('makes the form of an output the engine’s own', () => {
  const made = { path: '/d/out', rowGroupRows: 5_000, keyValues: { a: 'b' } };
  const parts = { ...made, schema: FLAT };
  const csv = { format: 'csv', compression: 'zstd', header: true, delimiter: ';' } as const;
  expect(outputFileOf(csv, parts)).toEqual({ ...csv, path: '/d/out' });
  const jsonl = { format: 'jsonl', compression: 'none' } as const;
  const written = outputFileOf(jsonl, parts);
  expect(written).toMatchObject({ ...jsonl, path: '/d/out' });
  expect(written).toHaveProperty('values.length', 2);
  expect(outputFileOf(PARQUET, parts)).toMatchObject({ ...made, format: 'parquet' });
  const { keyValues: _, ...plain } = parts;
  expect(outputFileOf(PARQUET, plain)).not.toHaveProperty('keyValues');
});

it('numbers the columns of files for readers of Iceberg alone', () => {
  const parts = { path: '/d/out', rowGroupRows: 5_000, schema: FLAT };
  const companions = ['hive', 'iceberg'] as const;
  expect(outputFileOf(PARQUET, { ...parts, companions })).toHaveProperty('fieldIds', [
    { name: 'id', id: 1 },
    { name: 'x', id: 2 },
  ]);
  const rest = { ...parts, schema: FLAT.slice(1), table: FLAT };
  expect(outputFileOf(PARQUET, { ...rest, companions })).toHaveProperty('fieldIds', [
    { name: 'x', id: 2 },
  ]);
  const hive = outputFileOf(PARQUET, { ...parts, companions: ['hive'] });
  expect(hive).toEqual(outputFileOf(PARQUET, parts));
  expect(hive).not.toHaveProperty('fieldIds');
});

it('bounds dictionaries by their values, unless values lie in values or columns are many', () => {
  const valuesOf = (rowGroupRows: number, schema = FLAT) =>
    outputFileOf(PARQUET, { path: '/d/out', rowGroupRows, schema });
  expect(valuesOf(122_880)).toHaveProperty('dictionaryValues', 8192);
  expect(valuesOf(5_001)).toHaveProperty('dictionaryValues', 1001);
  const nested = tableSchema.parse({ id: 'int', tags: 'int[]' });
  expect(valuesOf(122_880, nested)).not.toHaveProperty('dictionaryValues');
  const names = Array.from({ length: 65 }, (_, column) => [`c${column}`, 'int']);
  const wide = tableSchema.parse(Object.fromEntries(names));
  expect(valuesOf(122_880, wide)).not.toHaveProperty('dictionaryValues');
});
