import { describe, expect, it } from 'vitest';
import { RequestError, TransformError } from '#core/errors.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile, type PlannedTable, planned } from '#support/tables/convert-table.ts';
import { rowsOf } from '#support/tables/table-content.ts';

const SCHEMA = { id: 'integer', city: 'varchar', x: 'double' };

/** 1,000 rows, every seventh without a city. */
const ROWS = Array.from({ length: 1000 }, (_, id) => ({
  id,
  city: id % 7 === 0 ? null : `city ${id}`,
  x: id / 8,
}));

const CSV = `id,city,x\n${ROWS.map(({ id, city, x }) => `${id},${city ?? ''},${x}\n`).join('')}`;

function plan(sql: string, short: ShortTable = {}, text = CSV): Promise<PlannedTable> {
  const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(text) });
  return planned(askedTable({ schema: SCHEMA, sql, ...short }), store);
}

async function made(table: PlannedTable): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const chunk of table.chunks) {
    rows.push(...(await rowsOf((await convertedFile(table, chunk)).bytes)));
  }
  return rows;
}

describe('transform.sql', { timeout: patience(60_000) }, () => {
  it('makes the columns that it says of the rows that it keeps, in their order', async () => {
    const sql = `select id * 2 as twice, upper(city) as city, cast(x as decimal(9, 3)) as x
      from input where city is not null`;
    const table = await plan(sql, { size: { sourceBytes: 4_000 } });
    expect(table.chunks.length).toBeGreaterThan(2);
    expect(table.layout.transform?.schema).toEqual([
      { name: 'twice', type: 'INTEGER' },
      { name: 'city', type: 'VARCHAR' },
      { name: 'x', type: 'DECIMAL(9, 3)' },
    ]);
    const kept = ROWS.filter(({ city }) => city !== null);
    const rows = (await made(table)).map((row) => JSON.parse(row));
    expect(rows.map(([twice, city]) => [twice, city])).toEqual(
      kept.map(({ id, city }) => [
        id * 2,
        `CITY ${id}`.replace('CITY', city!.slice(0, 4).toUpperCase()),
      ]),
    );
    expect(rows.map(([, , x]) => x)).toEqual(
      kept.map(({ x }) => ({ width: 9, scale: 3, value: x * 1000 })),
    );
  });

  it('shows in the plan its first columns and rows, values cut short', async () => {
    const many = Array.from({ length: 101 }, (_, at) => `x + ${at} as c${at}`);
    const long = "repeat('ü', 50) as long, nullif(city, 'city 1') as city";
    const { transformed } = await plan(
      `select ${long}, ${many.join(', ')} from input where id > 0`,
    );
    expect(transformed?.columns).toHaveLength(100);
    expect(transformed?.columns.slice(1, 3)).toEqual([
      { name: 'city', type: 'VARCHAR' },
      { name: 'c0', type: 'DOUBLE' },
    ]);
    const cut = `${'ü'.repeat(40)}…`;
    expect(transformed?.firstRows.map((row) => row.slice(0, 3))).toEqual([
      [cut, null, '0.125'],
      [cut, 'city 2', '0.25'],
      [cut, 'city 3', '0.375'],
    ]);
    const none = await plan('select id from input', {}, 'id,city,x\n');
    expect(none.transformed).toEqual({ columns: [{ name: 'id', type: 'INTEGER' }], firstRows: [] });
    const { transformed: absent } = await planned(
      askedTable({ schema: SCHEMA }),
      memoryObjectStore({ 's3://b/a.csv': Buffer.from(CSV) }),
    );
    expect(absent).toBeUndefined();
  });

  it('gives the same bytes again, and a file with its columns where no row is kept', async () => {
    const table = await plan('select id from input where id < 0');
    const [first, again] = [
      await convertedFile(table, table.chunks[0]!),
      await convertedFile(table, table.chunks[0]!),
    ];
    expect(first.bytes.equals(again.bytes)).toBe(true);
    expect(first).toMatchObject({ rows: 0, left: [] });
    const empty = await plan('select id + 1 as next from input', {}, '');
    expect(await convertedFile(empty, empty.chunks[0]!)).toMatchObject({ rows: 0, left: [] });
  });

  it('sees rows that were cast, and none that was rejected', async () => {
    const text = CSV.replace('\n5,city 5,', '\nbad,city 5,');
    const table = await plan('select count_me from (select 1)', {}, text).catch(String);
    expect(table).toContain('RequestError');
    const rejecting = await plan(
      'select id from input where id between 4 and 6',
      { onBadRow: 'reject' },
      text,
    );
    const file = await convertedFile(rejecting, rejecting.chunks[0]!);
    expect(await rowsOf(file.bytes)).toEqual(['[4]', '[6]']);
    expect(file.rejected).toHaveLength(1);
  });

  it('fails at the row whose values it cannot cast, whatever onBadRow says', async () => {
    const table = await plan('select cast(city as integer) as c from input where id <> 0', {
      onBadRow: 'reject',
    }).catch((error: unknown) => error);
    expect(table).toBeInstanceOf(TransformError);
    expect(String(table)).toMatch(/fails at row 1 of .*Could not convert string 'city 1'/);
  });

  it.each([
    ['select sum(x) as x from input', 'sum'],
    ['select id, now() as n from input', 'now'],
    ['select nothing from input', 'nothing'],
    ['select id, id as "ID" from input', 'ID'],
    ['select id as "" from input', 'zero-length'],
    ['select interval 1 day as i from input', 'cast it to VARCHAR'],
    ["select {'a': 1}::json as j from input", 'cast it to VARCHAR'],
    ['select id::hugeint as h from input', 'cast it to BIGINT'],
  ])('refuses %j', async (sql, named) => {
    const error = await plan(sql).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(RequestError);
    expect(String(error)).toContain(named);
    expect(String(error)).toContain('transform.sql');
  });

  it('is refused where a sample takes too long', async () => {
    const sql = 'select id, len(list_transform(range(id * 1000), lambda n: n * 2)) s from input';
    const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(CSV) });
    const table = planned(askedTable({ schema: SCHEMA, sql }), store, { transformMs: 1 });
    await expect(table).rejects.toThrow(TransformError);
    await expect(table).rejects.toThrow('took more than 0.001 s for a sample');
  });

  it('cannot make nested values for CSV', async () => {
    const output = { format: 'csv', compression: 'none', header: true, delimiter: ',' } as const;
    const error = await plan('select [id] as l from input', { output }).catch(String);
    expect(error).toContain('column "l" is nested, which CSV cannot hold');
  });
});
