import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overKeys } from '#engine/check-transform.ts';
import { type Opened, open } from './opened.ts';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

const INPUT = [
  { name: 'zip', type: 'VARCHAR' },
  { name: 'shop', type: 'INTEGER' },
  { name: 'id', type: 'INTEGER' },
  { name: 'x', type: 'DOUBLE' },
];

const keyed = (text: string, keys = ['zip']) =>
  opened.engine.describeKeyed({ text, input: INPUT, keys });

/** Rows of three keys, in their order, NULL last. */
const ROWS = `SELECT * FROM (VALUES ('a', 1, 1, 5e0), ('a', 2, 2, 3e0), ('a', 1, 3, 5e0),
  ('B', 1, 4, 1e0), (NULL, 1, 5, 2e0), (NULL, 2, 6, 2e0)) AS t(zip, shop, id, x)`;

async function rowsOf(text: string, keys = ['zip'], input = ROWS) {
  const { columns, orderBy } = await keyed(text, keys);
  const names = columns.map(({ name }) => name);
  const select = overKeys(input, { text, orderBy, columns: names });
  const rows = await opened.engine.runSelect({ text: select });
  return rows.map((row) => names.map((name) => row[name]));
}

describe('a SELECT per key', () => {
  it.each([
    [
      'select zip, count(*) as n, sum(x) as s from input group by zip',
      [
        ['B', 1n, 1],
        ['a', 3n, 13],
        [null, 2n, 4],
      ],
    ],
    [
      'select zip as z, max(id) m from input i group by z having max(id) > 3 -- late',
      [
        ['B', 4],
        [null, 6],
      ],
    ],
    [
      'select x, shop, zip from input group by 3, 1, 2 order by zip, shop desc',
      [
        [1, 1, 'B'],
        [3, 2, 'a'],
        [5, 1, 'a'],
        [2, 2, null],
        [2, 1, null],
      ],
    ],
    [
      'select distinct zip, shop from input',
      [
        ['B', 1],
        ['a', 1],
        ['a', 2],
        [null, 1],
        [null, 2],
      ],
    ],
    [
      'select id, row_number() over (partition by zip order by x desc, id desc) as r from input',
      [
        [1, 2n],
        [2, 3n],
        [3, 1n],
        [4, 1n],
        [5, 2n],
        [6, 1n],
      ],
    ],
    [
      'select *, lag(id) over w as before from input window w as (partition by zip, shop order by id)',
      [
        ['a', 1, 1, 5, null],
        ['a', 2, 2, 3, null],
        ['a', 1, 3, 5, 1],
        ['B', 1, 4, 1, null],
        [null, 1, 5, 2, null],
        [null, 2, 6, 2, null],
      ],
    ],
    [
      'select id from input qualify row_number() over (partition by zip order by id desc) = 1',
      [[3], [4], [6]],
    ],
    ['select id from input order by zip asc nulls last, x', [[4], [2], [1], [3], [5], [6]]],
    ['select id * 2 as twice from input where x > 2', [[2], [4], [6]]],
    [
      "select zip, string_agg(shop, '-') s, list(id) filter (id > 1) l from input group by zip",
      [
        ['B', '1', { items: [4] }],
        ['a', '1-2-1', { items: [2, 3] }],
        [null, '1-2', { items: [5, 6] }],
      ],
    ],
  ])('gives %s in the order of the keys', async (text, expected) => {
    const rows = await rowsOf(text);
    expect(
      JSON.parse(JSON.stringify(rows, (_, v) => (typeof v === 'bigint' ? `${v}n` : v))),
    ).toEqual(
      JSON.parse(JSON.stringify(expected, (_, v) => (typeof v === 'bigint' ? `${v}n` : v))),
    );
  });

  it('keeps that order when there are many rows', async () => {
    const input =
      'SELECT CAST(i // 1000 AS VARCHAR) AS zip, CAST(i % 7 AS INTEGER) AS shop, CAST(i AS INTEGER) AS id, CAST(hash(i) % 1000 AS DOUBLE) AS x FROM range(300000) AS t(i)';
    const text = 'select id, sum(x) over (partition by zip) as s from input';
    const { columns, orderBy } = await keyed(text);
    const names = columns.map(({ name }) => name);
    const path = join(opened.directory, 'many.parquet');
    const form = { format: 'parquet', compression: 'none', rowGroupRows: 2048 } as const;
    const select = { text: overKeys(input, { text, orderBy, columns: names }) };
    await opened.engine.writeSelect(select, { path, ...form });
    const unordered = `SELECT count(*) AS n FROM (SELECT id, row_number() OVER () - 1 AS ord FROM read_parquet('${path}')) WHERE id <> ord`;
    expect(await opened.engine.runSelect({ text: unordered })).toMatchObject([{ n: 0n }]);
  });

  it('takes columns of several, and names of one in quotes', async () => {
    const text = 'select zip, "SHOP", count(*) n from input group by shop, zip';
    expect((await rowsOf(text, ['shop', 'zip'])).map(([zip, shop]) => [zip, shop])).toEqual([
      ['B', 1],
      ['a', 1],
      [null, 1],
      ['a', 2],
      [null, 2],
    ]);
  });

  it.each([
    ['select count(*) from input', 'gathers rows without GROUP BY "zip"'],
    ['select shop, count(*) from input group by shop', 'gathers rows without GROUP BY "zip"'],
    ['select upper(zip), count(*) from input group by upper(zip)', 'gathers rows without GROUP BY'],
    ['select upper(zip) as k, count(*) from input group by k', 'gathers rows without GROUP BY'],
    ['select upper(zip), count(*) from input group by 1', 'gathers rows without GROUP BY'],
    ['select *, count(*) from input group by 1', 'gathers rows without GROUP BY'],
    ['select shop, count(*) from input group by all', 'gathers rows without GROUP BY "zip"'],
    ['select shop from input group by all', 'gathers rows without GROUP BY "zip"'],
    ['select shop from input having count(*) > 1', 'gathers rows without GROUP BY'],
    ['select shop from input order by count(*)', 'gathers rows without GROUP BY'],
    ['select zip, shop, count(*) from input group by rollup (zip, shop)', 'several grouping sets'],
    ['select zip, count(*) from input group by cube (zip)', 'several grouping sets'],
    ['select zip, count(*) from input group by grouping sets ((shop), (zip))', 'several grouping'],
    ['select distinct shop from input', 'has DISTINCT without the columns "zip"'],
    ['select distinct * exclude (zip) from input', 'has DISTINCT without the columns "zip"'],
    ['select distinct on (zip) * from input', 'has DISTINCT ON; give QUALIFY'],
    ['select id, sum(x) over () from input', 'has a window without PARTITION BY "zip"'],
    ['select id, sum(x) over (partition by 1) from input', 'has a window without PARTITION BY'],
    ['select id, sum(x) over (partition by shop) from input', 'has a window without PARTITION BY'],
    ['select zip[1] as zip, sum(x) over (partition by zip[1]) from input', 'has a window without'],
    ['select id from input qualify rank() over (order by x) = 1', 'has a window without PARTITION'],
    ['select id from input order by x', 'ORDER BY that does not begin with "zip"'],
    ['select id from input order by zip desc', 'ORDER BY that does not begin with "zip"'],
    ['select id from input order by zip nulls first', 'ORDER BY that does not begin with "zip"'],
    ['select zip, id from input order by all', 'ORDER BY that does not begin with "zip"'],
    ['select id as zip from input order by id, input.zip', 'ORDER BY that does not begin with'],
    ['select zip from input limit 5', 'has LIMIT or OFFSET, which is of no key alone'],
    ['select zip from input offset 5', 'has LIMIT or OFFSET'],
    ['select zip from input limit 5%', 'has LIMIT'],
    ['select zip from input using sample 5', 'has USING SAMPLE'],
    ['with a as (select 1) select zip from input', 'has WITH'],
    ['select zip from input union all select zip from input', 'is not one plain SELECT'],
    ['select zip, (select max(x) from input) from input', 'has a subquery'],
    ['select zip, count(*) from input group by zip having exists (select 1)', 'has a subquery'],
    ['select id from input order by zip, (select 1)', 'has a subquery'],
    ["select zip from input where exists (from read_csv('/etc/passwd'))", 'has a subquery'],
    ['select zip, count(*) from input, input b group by zip', 'joins tables'],
    [
      'select zip, approx_count_distinct(id) from input group by zip',
      'calls approx_count_distinct()',
    ],
    [
      'select zip, reservoir_quantile(x, 0.5) from input group by zip',
      'calls reservoir_quantile()',
    ],
    [
      'select id, approx_quantile(x, 0.5) over (partition by zip) from input',
      'calls approx_quantile',
    ],
    ['select zip, sum(random()) from input group by zip', 'calls random()'],
    ['select zip from input group by zip having random() > 0', 'calls random()'],
    ['select zip from input order by zip, random()', 'calls random()'],
    [
      'select id from input qualify sum(x) over (partition by zip order by now()) > 1',
      'calls now()',
    ],
    ['select zip, current_date from input group by all', 'calls current_date'],
    [
      'select id, max(current_timestamp) over (partition by zip) from input',
      'calls current_timestamp',
    ],
    ['select id, input, rank() over (partition by zip) from input', 'names input as a value'],
    ['select unnest([1, 2]), zip from input', 'calls unnest()'],
  ])('refuses %s', async (text, says) => {
    await expect(keyed(text)).rejects.toThrow(says);
  });
});
