import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overInput } from '#engine/check-transform.ts';
import { ROW_FUNCTIONS } from '#engine/row-functions.ts';
import { type Opened, open } from './opened.ts';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

const INPUT = [
  { name: 'id', type: 'INTEGER' },
  { name: 'city', type: 'VARCHAR' },
  { name: 'x', type: 'DOUBLE' },
  { name: 'tags', type: 'VARCHAR[]' },
  { name: 'user', type: 'VARCHAR' },
  { name: 'day', type: 'DATE' },
];

const described = (text: string) => opened.engine.describeTransform({ text, input: INPUT });

/** What makes of a row one row or none. */
const ROW_WISE: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['select id from input', [['id', 'INTEGER']]],
  ['FROM INPUT SELECT id', [['id', 'INTEGER']]],
  ['select id from input;\n', [['id', 'INTEGER']]],
  ['select id from input -- the key', [['id', 'INTEGER']]],
  ['(select id from input)', [['id', 'INTEGER']]],
  ["select i.id + 1 as next from input as i where i.city like 'O%'", [['next', 'INTEGER']]],
  [
    "select cast(x as decimal(9, 2)) d, regexp_replace(city, '[0-9]+', '') c from input",
    [
      ['d', 'DECIMAL(9,2)'],
      ['c', 'VARCHAR'],
    ],
  ],
  ["select case when x > 0 then 'pos' else 'no' end as sign from input", [['sign', 'VARCHAR']]],
  ['select list_transform(tags, lambda t: upper(t)) as tags from input', [['tags', 'VARCHAR[]']]],
  ["select {'id': id, 'x': x} as s from input", [['s', 'STRUCT(id INTEGER, x DOUBLE)']]],
  [
    'select id, "user" from input',
    [
      ['id', 'INTEGER'],
      ['user', 'VARCHAR'],
    ],
  ],
  ['select user from input', [['user', 'VARCHAR']]],
  [
    "select columns('i.*') from input",
    [
      ['id', 'INTEGER'],
      ['city', 'VARCHAR'],
    ],
  ],
  ['select city.upper() as c from input', [['c', 'VARCHAR']]],
  [
    'select coalesce(x, 0) as x, try(1 // id) as y from input where id between 1 and 9',
    [
      ['x', 'DOUBLE'],
      ['y', 'INTEGER'],
    ],
  ],
  ["select age(day, date '2024-01-01') as a from input", [['a', 'INTERVAL']]],
  [
    "select date_trunc('month', day)::date as m from input where city in ('a', 'b')",
    [['m', 'DATE']],
  ],
  [
    "select day::timestamp at time zone 'Europe/Paris' as t from input",
    [['t', 'TIMESTAMP WITH TIME ZONE']],
  ],
];

/** Others, and what the refusal must name. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['select sum(x) as x from input', 'sum'],
  ['select count(*) from input', 'count'],
  ['select list(id) from input', 'list'],
  ["select list_aggregate(tags, 'reservoir_quantile', 0.5) from input", 'reservoir'],
  ['select list_aggr(tags, city) from input', 'name'],
  ['select max(id) filter (where x > 0) from input', 'max'],
  ['select lower(distinct city) from input', 'lower'],
  ['select wavg(x, id) from input', 'wavg'],
  ['select json_group_array(id) from input', 'json_group_array'],
  ['select id from input group by id', 'GROUP BY'],
  ['select id from input group by all', 'GROUP BY'],
  ['select id from input having true', 'HAVING'],
  ['select * from input order by x', 'ORDER BY'],
  ['select distinct city from input', 'DISTINCT'],
  ['select distinct on (city) * from input', 'DISTINCT'],
  ['select id from input limit 1', 'LIMIT'],
  ['select id from input limit 10%', 'LIMIT'],
  ['select id from input offset 1', 'OFFSET'],
  ['select id from input using sample 10%', 'SAMPLE'],
  ['select id from input tablesample 10%', 'input'],
  ['select lag(x) over (order by id) as l from input', 'window'],
  ['select row_number() over () from input', 'window'],
  ['select id from input qualify row_number() over () = 1', 'QUALIFY'],
  ['select unnest(tags) from input', 'unnest'],
  ['select generate_subscripts(tags, 1) from input', 'generate_subscripts'],
  ["select regexp_split_to_table(city, 'a') from input", 'regexp_split_to_table'],
  ['select id, random() as r from input', 'random'],
  ['select uuid() from input', 'uuid'],
  ['select id, today() as t from input', 'today'],
  ['select now() from input', 'now'],
  ['select current_date from input', 'current_date'],
  ['select current_timestamp from input', 'current_timestamp'],
  ['select localtime from input', 'localtime'],
  ['select get_current_timestamp() from input', 'get_current_timestamp'],
  ['select age(day) from input', 'age'],
  ['select ago(interval 1 day) from input', 'ago'],
  ['select current_user from input', 'current_user'],
  ['select version() from input', 'version'],
  ["select getenv('PATH') as p from input", 'getenv'],
  ["select current_setting('memory_limit') from input", 'current_setting'],
  ["select getvariable('a') from input", 'getvariable'],
  ["select nextval('s') from input", 'nextval'],
  ['select sleep_ms(100000) from input', 'sleep_ms'],
  ['select pg_sleep(100) from input', 'pg_sleep'],
  ["select write_log('a') from input", 'write_log'],
  ['select setseed(0.1) from input', 'setseed'],
  ['select stats(id) from input', 'stats'],
  ['select current_query() from input', 'current_query'],
  ["select json_serialize_sql('select 1') from input", 'json_serialize_sql'],
  ['select pg_get_viewdef(1) from input', 'pg_get_viewdef'],
  ['select (select 1) from input', 'subquery'],
  ['select id from input where exists (from input)', 'subquery'],
  ['select id in (select 1) from input', 'subquery'],
  ['select array(select id from input) from input', 'subquery'],
  ['select id from (select id from input)', 'input'],
  ['with input as (select 1 as id) select id from input', 'WITH'],
  ['with recursive a as (select 1) select id from input', 'WITH'],
  ['select a.id from input a, input b', 'joins'],
  ['select id from input natural join input b', 'joins'],
  ['select id from input, unnest([1, 2]) t(u)', 'joins'],
  ['select 1', 'input'],
  ['select 1 from other', 'other'],
  ['select * from main.input', 'input'],
  ['select * from memory.main.input', 'input'],
  ['select * from duckdb_settings()', 'duckdb_settings'],
  ["select * from read_csv('/etc/hostname')", 'read_csv'],
  ["select * from '/etc/passwd.csv'", 'passwd'],
  ["select * from read_parquet('slice/0.parquet')", 'read_parquet'],
  ["select * from glob('*')", 'glob'],
  ["select * from query('from input')", 'query'],
  ['select * from range(1000000000000)', 'range'],
  ['values (1)', 'input'],
  ['select id from input union all select id from input', 'UNION'],
  ['select id from input except select 1', 'SELECT'],
  ['describe input', 'input'],
  ['summarize input', 'input'],
  ['pivot input on city', 'SELECT'],
  ['select $1 from input', 'parameter'],
  ['select * from input; select 1', 'one SELECT'],
  ["copy (select * from input) to '/x'", 'SELECT'],
  ["attach ':memory:' as z", 'SELECT'],
  ['set threads = 4', 'SELECT'],
  ['call enable_profiling()', 'SELECT'],
  ['explain select * from input', 'SELECT'],
  ['insert into input select 1', 'SELECT'],
  ['select id from input) as a (', 'syntax'],
  ['select nothing from input', 'nothing'],
  ['', 'one SELECT'],
];

describe('a transform', () => {
  it.each(ROW_WISE)('may be %j', async (text, columns) => {
    expect((await described(text)).map(({ name, type }) => [name, type])).toEqual(columns);
  });

  it.each(REFUSED)('is no %j', async (text, named) => {
    const refused = { name: 'EngineError', kind: expect.stringMatching(/^(refused|syntax)$/) };
    const error = await described(text).then(String, (each: unknown) => each);
    expect(error).toMatchObject(refused);
    expect((error as Error).message).toContain(named);
  });

  it.each(REFUSED)('would do no harm by %j', async (text) => {
    const input = INPUT.map(({ name, type }) => `CAST(NULL AS ${type}) AS "${name}"`).join(', ');
    const over = overInput(`SELECT ${input} WHERE false`, text);
    const signal = AbortSignal.timeout(2000);
    const rows = await opened.engine.runSelect({ text: over }, { signal }).catch(() => []);
    expect(JSON.stringify(rows, (_, value: unknown) => String(value))).not.toContain('root:');
    const settings =
      "SELECT current_setting('threads') AS threads, current_setting('TimeZone') AS zone";
    expect(await opened.engine.runSelect({ text: settings })).toEqual([
      { threads: 1n, zone: 'UTC' },
    ]);
  });

  it('keeps the order of its rows', async () => {
    const input = 'SELECT unnest(range(300000)) AS id';
    const text = overInput(input, 'select id * 2 as twice from input where id % 3 = 0; -- a third');
    const rows = await opened.engine.runSelect({ text });
    expect(rows.length).toBe(100_000);
    expect(rows.findIndex(({ twice }, at) => twice !== BigInt(at * 6))).toBe(-1);
  });

  it('calls functions that DuckDB has, and none of them gathers rows', async () => {
    const text =
      'SELECT lower(function_name) AS name, list(DISTINCT function_type) AS types, ' +
      "bool_and(coalesce(stability, 'CONSISTENT') = 'CONSISTENT') AS same FROM duckdb_functions() " +
      "WHERE function_type NOT IN ('table', 'pragma', 'table_macro') GROUP BY ALL";
    const found = new Map(
      (await opened.engine.runSelect({ text })).map((row) => [String(row['name']), row]),
    );
    const wrong = [...ROW_FUNCTIONS].filter((name) => {
      const types = String(found.get(name)?.['types']);
      return found.get(name)?.['same'] !== true || types.includes('aggregate');
    });
    expect(wrong).toEqual(['->', 'error']);
  });
});
