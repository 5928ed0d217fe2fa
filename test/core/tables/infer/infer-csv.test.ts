import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { infer, typesOf } from './infer-case.ts';

test('finds the smallest types, examples and NULLs', async () => {
  const found = await infer({ 'x.csv': 'id;p;d\n1;1.50;2024-01-02\n300;;2024-02-03\n1;"";\n' });
  expect(found).toMatchObject({
    format: 'csv',
    compression: 'none',
    csv: { delimiter: ';', header: true },
    sample: { rows: 3, objects: 1, bytes: 40 },
    leavesOut: false,
    notes: [],
  });
  expect(typesOf(found)).toEqual({ id: 'SMALLINT', p: 'VARCHAR', d: 'DATE' });
  expect(found.columns.map(({ nulls }) => nulls)).toEqual([0, 1, 1]);
  expect(found.columns[0]!.examples).toEqual(['1', '300']);
});

test('reads gzip, and what has no header', async () => {
  const found = await infer({ 'x.csv.gz': gzipSync('1,a\n2,b\n') });
  expect(found).toMatchObject({ compression: 'gzip', csv: { header: false } });
  expect(typesOf(found)).toEqual({ column0: 'TINYINT', column1: 'VARCHAR' });
  await expect(
    infer({ 'x.csv': '1,2\n', 'y.csv': '1,2,3\n' }, { asked: { header: false } }),
  ).rejects.toThrow('y.csv has 3 fields in its first record, but x.csv has 2; without a header');
});

test('names texts that are perhaps NULL', async () => {
  const text = 'a,b,c,d\n1,NA,x,NA\nNA,2,NA,NA\n';
  const { notes, ...found } = await infer({ 'x.csv': text });
  expect(typesOf({ ...found, notes })).toMatchObject({ a: 'VARCHAR', b: 'VARCHAR' });
  expect(notes).toHaveLength(2);
  expect(notes[0]).toMatch(/^"a" is a text because of "NA"; if that is NULL/);
  const said = await infer({ 'x.csv': text }, { nullText: ['NA'] });
  expect(typesOf(said)).toEqual({ a: 'TINYINT', b: 'TINYINT', c: 'VARCHAR', d: 'VARCHAR' });
  expect(said.notes).toEqual([]);
});

test('matches headers by name only if asked to', async () => {
  const objects = { 'x.csv': 'a,b\n1,x\n', 'y.csv': 'b,c,a\ny,2.5,300\n', 'z.csv': '' };
  await expect(infer(objects)).rejects.toThrow('y.csv has another header than x.csv');
  const found = await infer(objects, { byName: true });
  expect(typesOf(found)).toEqual({ a: 'SMALLINT', b: 'VARCHAR', c: 'DECIMAL(2, 1)' });
  expect(found.columns.map(({ nulls }) => nulls)).toEqual([0, 0, 1]);
});

test('leaves out names that no schema has, and renames those that differ in case', async () => {
  const found = await infer({ 'x.csv': ',ID,id,Id_2\n0,1,2,3\n' });
  expect(found.columns.map(({ name, from }) => [name, from])).toEqual([
    ['ID', undefined],
    ['id_2', 'id'],
    ['Id_2_2', 'Id_2'],
  ]);
  expect(found.leavesOut).toBe(true);
  expect(found.notes).toEqual(['column 1 is left out: a name is empty; give it one']);
});

test('finds another name where the next one is taken, too', async () => {
  const found = await infer({ 'x.csv': 'a_2,A,a\n0,1,2\n' });
  expect(found.columns.map(({ name }) => name)).toEqual(['a_2', 'A', 'a_3']);
});

test('takes columns from the folders of keys', async () => {
  const row = 'a\n1\n';
  const found = await infer({ 'd=2024-01-01/a=7/x.csv': row, 'd=2024-01-02/a=8/x.csv': row });
  expect(typesOf(found)).toEqual({ a: 'TINYINT', d: 'DATE' });
  const nulls = await infer({ 'k=__HIVE_DEFAULT_PARTITION__/x.csv': row });
  expect(typesOf(nulls)).toEqual({ a: 'TINYINT', k: 'VARCHAR' });
});

test('gives wide types when asked to', async () => {
  const text = 'a,b,c,d,e\n1,2.5,12345678901234567890,true,1e5\n';
  const found = await infer({ 'x.csv': text }, { widen: true });
  expect(typesOf(found)).toEqual({
    ...{ a: 'BIGINT', b: 'DOUBLE', c: 'VARCHAR', d: 'BOOLEAN', e: 'DOUBLE' },
  });
});

test('refuses what is not sound, is nothing, or is something else', async () => {
  await expect(infer({ 'x.csv': 'a,b\n1,2\n3\n' })).rejects.toThrow('x.csv has at byte 8 1 fields');
  await expect(infer({ 'x.csv': '', 'y.csv.gz': gzipSync('') })).rejects.toThrow(
    'x.csv holds nothing, nor does any object that follows it',
  );
  await expect(infer({ 'x.csv': 'a\n1\n', 'y.jsonl': '{"a":1}\n' })).rejects.toThrow(
    'y.jsonl is jsonl, but x.csv is csv',
  );
  await expect(infer({ 'x.csv': 'a\n1\n', y: '{"a":1}\n' })).rejects.toThrow('y is CSV');
  const plain = { said: { compression: 'none' as const } };
  await expect(infer({ x: gzipSync('a\n1\n') }, plain)).rejects.toThrow(
    'x is plain by source.compression but gzip by its content',
  );
  expect(await infer({ x: 'a\n1\n' }, plain)).toMatchObject({ format: 'csv' });
  const wide = Array.from({ length: 3_001 }, (_, k) => `c${k}`).join(',');
  await expect(infer({ 'x.csv': `${wide}\n` })).rejects.toThrow('has 3001 columns');
});

test('passes objects without a record', async () => {
  const found = await infer({ 'x.csv': 'a\n1\n', 'y.csv': '\ufeff' });
  expect(found.sample).toMatchObject({ rows: 1, objects: 1 });
});

test('samples compressed texts without a row', async () => {
  const objects = { 'x.csv.gz': gzipSync('a\n1\n'), 'y.csv.gz': gzipSync('') };
  expect(await infer(objects)).toMatchObject({ sample: { rows: 1, objects: 1 } });
});
