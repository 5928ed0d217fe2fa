import { expect, test } from 'vitest';
import { infer, typesOf } from './infer-case.ts';

function inferLines(...values: unknown[]) {
  return infer({ 'x.jsonl': values.map((value) => `${JSON.stringify(value)}\n`).join('') });
}

test('finds types of values as they were written', async () => {
  const text =
    '\ufeff{"i":1,"d":1.10,"b":true,"s":"12","t":"2024-01-02","n":null,"m":1}\r\n\r\n' +
    '{"i":12345678901234567,"d":10,"b":false,"s":"x","t":"2024-01-03","m":"a"}';
  const found = await infer({ 'x.jsonl': text });
  expect(typesOf(found)).toEqual({
    ...{ i: 'BIGINT', d: 'DECIMAL(4, 2)', b: 'BOOLEAN', s: 'VARCHAR', t: 'DATE', n: 'VARCHAR' },
    m: 'VARCHAR',
  });
  expect(found.sample.rows).toBe(2);
  expect(found.columns.map(({ nulls }) => nulls)).toEqual([0, 0, 0, 0, 0, 2, 0]);
  expect(found.columns[0]!.examples).toEqual(['1', '12345678901234567']);
});

test.each([
  ['12', 'VARCHAR'],
  ['1.5', 'VARCHAR'],
  ['1e5', 'VARCHAR'],
  ['true', 'VARCHAR'],
  ['03:04:05', 'TIME'],
])('the text %j is %s', async (text, type) => {
  expect(typesOf(await inferLines({ a: text }))).toEqual({ a: type });
});

test('makes objects STRUCT and lists LIST', async () => {
  const found = await inferLines(
    { o: { a: 1, l: [1, 300], deep: { z: 'x' } }, l: [{ k: 1 }, { k: null, j: 'a' }], e: [] },
    { o: { a: null, b: 2.5 } },
  );
  expect(typesOf(found)).toEqual({
    o: 'STRUCT("a" TINYINT, "l" SMALLINT[], "deep" STRUCT("z" VARCHAR), "b" DECIMAL(2, 1))',
    l: 'STRUCT("k" TINYINT, "j" VARCHAR)[]',
    e: 'VARCHAR[]',
  });
  expect(found.columns.map(({ nulls }) => nulls)).toEqual([0, 1, 1]);
  expect(found.columns[2]!.examples).toEqual(['[]']);
});

test('makes objects of many keys MAP, if their values are of one kind', async () => {
  const keys = (value: (k: number) => unknown) =>
    Object.fromEntries(Array.from({ length: 201 }, (_, k) => [`k${k}`, value(k)]));
  const found = await inferLines({
    same: keys((k) => ({ n: k, l: [k] })),
    scalars: keys((k) => (k % 3 === 0 ? 'a' : k % 3 === 1)),
  });
  expect(typesOf(found)).toEqual({
    same: 'MAP(VARCHAR, STRUCT("n" SMALLINT, "l" SMALLINT[]))',
    scalars: 'MAP(VARCHAR, VARCHAR)',
  });
  const mixed = await inferLines({ mixed: keys((k) => (k % 2 === 0 ? k : [k])) });
  expect(typesOf(mixed)['mixed']).toMatch(/^STRUCT\("k0" TINYINT, "k1" TINYINT\[\], /);
});

test('widens what lies within', async () => {
  const keys = Object.fromEntries(Array.from({ length: 201 }, (_, k) => [`k${k}`, k]));
  const line = JSON.stringify({ o: { a: 1 }, l: [2.5], m: keys });
  const found = await infer({ 'x.jsonl': line }, { widen: true });
  expect(typesOf(found)).toEqual({
    ...{ o: 'STRUCT("a" BIGINT)', l: 'DOUBLE[]', m: 'MAP(VARCHAR, BIGINT)' },
  });
});

test('leaves out what no type holds, and says so', async () => {
  const found = await inferLines(
    { a: 1, A: 1, mix: 1, o: { mix: [1], k: 1 }, only: { mix: 1 }, none: {}, l: [1] },
    { a: 1, mix: [1], o: { mix: {} }, only: { mix: [1] }, l: [[1]] },
  );
  expect(typesOf(found)).toEqual({ a: 'TINYINT', o: 'STRUCT("k" TINYINT)' });
  expect(found.leavesOut).toBe(true);
  const why = 'is left out: it holds lists, objects or single values in turn, which no type does';
  const empty = 'is left out: it holds objects without a key that a type could hold';
  expect(found.notes).toEqual([
    'column 2 is left out: another name differs from it only in case',
    ...[`"mix" ${why}`, `"o.mix" ${why}`, `"only.mix" ${why}`, `"only" ${empty}`],
    ...[`"none" ${empty}`, `"l[]" ${why}`],
  ]);
});

test('leaves out types that no request may name', async () => {
  const found = await inferLines({ a: 1, o: { x: 1, X: 1 } });
  expect(typesOf(found)).toEqual({ a: 'TINYINT' });
  expect(found.notes[0]).toMatch(/^column 2 is left out: .* differ only in case/);
});

test('refuses lines that are not sound', async () => {
  await expect(infer({ 'x.jsonl': '{"a":1}\n{"a":01}\n' })).rejects.toThrow(
    'x.jsonl has at byte 14 a number that JSON does not have',
  );
});
