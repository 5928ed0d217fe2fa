import { describe, expect, it } from 'vitest';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile, planned } from '#support/tables/convert-table.ts';
import { parquetOf, rowsOf } from '#support/tables/table-content.ts';

const SCHEMA = { id: 'integer', x: 'double', y: 'float', note: 'varchar' };

/** Of each kind, as a text: NULL is the empty field. */
const NUMBERS = ['NaN', 'inf', '-inf', '', '0.1', '-0', '1e308', '5e-324', '3.4e38'];
const FLOATS = NUMBERS.map((text) => (text === '1e308' ? '-3.4e38' : text));

const csv = `id,x,y,note\n${NUMBERS.map(
  (x, id) => `${id},${x},${FLOATS[id]},${id === 3 ? '""' : x}\n`,
).join('')}`;
const jsonl = NUMBERS.map((x, id) =>
  JSON.stringify({
    ...{ id, x: x || null, y: FLOATS[id] || null },
    note: id === 3 ? '' : x,
  }),
).join('\n');
const parquet = `SELECT * FROM (VALUES ${NUMBERS.map((x, id) => {
  const [one, other] = [x, FLOATS[id]!].map((text) => (text === '' ? 'NULL' : `'${text}'`));
  return `(${id}::INTEGER, ${one}::DOUBLE, ${other}::FLOAT, '${id === 3 ? '' : x}')`;
}).join(', ')}) AS t(id, x, y, note)`;

async function converted(name: string, content: Uint8Array, short: ShortTable): Promise<Buffer> {
  const store = memoryObjectStore({ [`s3://b/${name}`]: content });
  const table = await planned(askedTable({ schema: SCHEMA, ...short }), store);
  return (await convertedFile(table, table.chunks[0]!)).bytes;
}

const SOURCES: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  'a.csv': async () => Buffer.from(csv),
  'a.jsonl': async () => Buffer.from(jsonl),
  'a.parquet': async () => await parquetOf(parquet),
};

const JSONL: TableOutput = { format: 'jsonl', compression: 'none' };
const CSV: TableOutput = { format: 'csv', compression: 'none', header: true, delimiter: ',' };

const linesOf = (bytes: Buffer) =>
  bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe.each(Object.keys(SOURCES))('numbers of %s that are not finite', (name) => {
  const content = SOURCES[name]!;

  it('are null in JSON lines, and every other value is itself', async () => {
    const bytes = await converted(name, await content(), { output: JSONL });
    const lines = linesOf(bytes);
    expect(lines.map(({ x }) => x)).toEqual([
      ...[null, null, null, null],
      0.1,
      -0,
      1e308,
      5e-324,
      3.4e38,
    ]);
    expect(lines.slice(0, 4).map(({ y }) => y)).toEqual([null, null, null, null]);
    expect(lines.map(({ note }) => note)).toEqual(NUMBERS);
    const again = await converted('b.jsonl', bytes, { output: JSONL });
    expect(again.toString()).toBe(bytes.toString());
  });

  it('are read from CSV as they were written', async () => {
    const source = await converted(name, await content(), {});
    const bytes = await converted(name, await content(), { output: CSV });
    const again = await converted('b.csv', bytes, {});
    expect(await rowsOf(again)).toEqual(await rowsOf(source));
    expect(bytes.toString()).toMatch(/^0,nan,nan,NaN\n1,inf,inf,inf\n2,-inf,-inf,-inf\n3,,,""\n/m);
  });
});

describe('JSON lines', () => {
  it('have null for a number of a transform that is not finite', async () => {
    const made = "x + 'nan'::double as l, case id when 5 then '-inf'::double else x end as m";
    const sql = `select id, ${made} from input where id > 4`;
    const bytes = await converted('a.csv', Buffer.from(csv), { sql, output: JSONL });
    const lines = linesOf(bytes);
    expect(lines.map(({ l, m }) => [l, m])).toEqual([
      [null, null],
      [null, 1e308],
      [null, 5e-324],
      [null, 3.4e38],
    ]);
  });

  it('have null within lists, structs and maps', async () => {
    const select = `SELECT ['NaN'::DOUBLE, 1.5] AS l, {'DOUBLE': 'inf'::FLOAT, 'n': [1]} AS s,
      map {'a': '-inf'::DOUBLE} AS m, NULL::DOUBLE[] AS none, 'DOUBLE' AS "a ""DOUBLE"""`;
    const content = await parquetOf(select);
    const store = memoryObjectStore({ 's3://b/a.parquet': content });
    const table = await planned({ ...askedTable({ output: JSONL }), schema: undefined }, store);
    const { bytes } = await convertedFile(table, table.chunks[0]!);
    expect(linesOf(bytes)).toEqual([
      {
        ...{ l: [null, 1.5], s: { DOUBLE: null, n: [1] }, m: { a: null }, none: null },
        'a "DOUBLE"': 'DOUBLE',
      },
    ]);
  });
});
