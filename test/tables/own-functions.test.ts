import { byName, functionModule } from '@sparse-fanout/engine/function-module.ts';
import { describe, expect, it } from 'vitest';
import { RequestError, TransformError } from '#core/errors.ts';
import { keptOf } from '#core/tables/run/table-layout.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile, planned } from '#support/tables/convert-table.ts';
import { rowsOf } from '#support/tables/table-content.ts';

const SCHEMA = { id: 'integer', city: 'varchar' };
const ROWS = Array.from({ length: 5000 }, (_, id) => `${id},${id % 7 === 0 ? '' : `city ${id}`}\n`);
const CSV = `id,city\n${ROWS.join('')}`;
const SQL = 'select id, f(city) as city from input';

/** A module with one function `f` of a text. */
const clean = (apply: string, before = '') =>
  functionModule(
    'clean',
    `var functions = (() => { ${before}; return { f: { parameters: ['VARCHAR'], returns: 'VARCHAR', apply: ${apply} } } })()`,
  );

function plan(module: ReturnType<typeof clean>, short: ShortTable = {}) {
  const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(CSV) });
  const asked = askedTable({ schema: SCHEMA, sql: SQL, functions: 'clean', ...short });
  return planned(asked, store, { functions: byName([module]) });
}

const failed = (module: ReturnType<typeof clean>, short: ShortTable = {}) =>
  plan(module, short).catch((error: unknown) => error);

describe('transform.functions', { timeout: patience(60_000) }, () => {
  it('are called in the SQL, over files of all rows in their order', async () => {
    const module = clean('(a) => a.toUpperCase()');
    const sql = `${SQL} where id % 2 = 0`;
    const table = await plan(module, { sql, size: { sourceBytes: 20_000 } });
    expect(table.chunks.length).toBeGreaterThan(2);
    const { digest } = module;
    const functions = { name: 'clean', digest };
    expect(table.layout.transform).toMatchObject({ functions });
    expect(keptOf(table.layout).transform).toMatchObject({ functions });
    expect(table.transformed?.firstRows.slice(0, 2)).toEqual([
      ['0', null],
      ['2', 'CITY 2'],
    ]);
    const rows: string[] = [];
    for (const chunk of table.chunks) {
      rows.push(...(await rowsOf((await convertedFile(table, chunk)).bytes)));
    }
    const expected = ROWS.flatMap((_, id) =>
      id % 2 === 0 ? [JSON.stringify([id, id % 7 === 0 ? null : `CITY ${id}`])] : [],
    );
    expect(rows).toEqual(expected);
  });

  it('fail by name where the name is none, or the module is not of their form', async () => {
    const unknown = await failed(clean('(a) => a'), { functions: 'other' });
    expect(unknown).toBeInstanceOf(RequestError);
    expect(String(unknown)).toContain('transform.functions is "other", here are clean;');
    const formless = await failed(functionModule('clean', 'var functions = { f: 1 }'));
    expect(formless).toBeInstanceOf(RequestError);
    expect(String(formless)).toContain('transform.functions clean exports f, which is not of');
    const other = await failed(clean('(a) => a'), { sql: 'select g(city) as c from input' });
    expect(other).toBeInstanceOf(RequestError);
    expect(String(other)).toContain('transform.sql calls g()');
    const constant = await failed(clean('() => { throw new Error("no"); }'), {
      sql: "select f('a') as c from input",
    });
    expect(String(constant)).toContain("f('a'): Error: no");
  });

  it.each([
    ["(a) => { if (a === 'city 4111') throw new TypeError('odd'); return a; }", 'TypeError: odd'],
    ["(a) => (a === 'city 4111' ? 7 : a)", 'answers the number 7'],
  ])('fail at the row: %s', async (apply, said) => {
    const error = await failed(clean(apply));
    expect(error).toBeInstanceOf(TransformError);
    expect(String(error)).toContain('transform.sql fails at row 4111 of');
    expect(String(error)).toContain(said);
    expect(String(error)).toContain("f('city 4111')");
  });

  it.each([
    ['(a) => a + n++', 'let n = 0'],
    ['(a) => { const b = last; last = a; return b; }', "let last = ''"],
  ])('fail where they answer the sample differently in another order: %s', async (...module) => {
    const error = await failed(clean(...module));
    expect(error).toBeInstanceOf(TransformError);
    expect(String(error)).toMatch(
      /transform\.functions: the function f answers .* must follow from its arguments alone/,
    );
  });

  it('fail by name where a writer has others, or none', async () => {
    const table = await plan(clean('(a) => a'));
    const others = { ...table, functions: byName([clean('(a) => a + 1')]) };
    const write = (given: typeof table) => convertedFile(given, table.chunks[0]!);
    await expect(write(others)).rejects.toThrow(TransformError);
    await expect(write(others)).rejects.toThrow('the functions clean of the run have the SHA-256');
    await expect(write({ ...table, functions: new Map() })).rejects.toThrow('are not here');
  });
});

it(
  'a function that never ends is stopped and named',
  async () => {
    const error = await failed(clean("(a) => { while (a === 'city 5'); return a; }"));
    expect(error).toBeInstanceOf(TransformError);
    expect(String(error)).toMatch(
      /transform\.functions: the function f takes more than 10 s .* f\('city 5'\)/,
    );
  },
  patience(60_000),
);
