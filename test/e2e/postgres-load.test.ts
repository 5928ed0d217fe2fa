import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import type { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { postgresStack } from '#support/postgres/postgres-stack.ts';

let server: PostgresServer;
let stack: LocalStack;

beforeAll(async () => {
  server = await PostgresServer.start();
  // As docs/tables.md has it.
  await server.query(`CREATE SCHEMA loads;
    CREATE ROLE loader LOGIN PASSWORD 'l' CONNECTION LIMIT 16;
    GRANT CONNECT ON DATABASE postgres TO loader;
    GRANT USAGE, CREATE ON SCHEMA loads TO loader`);
  stack = await postgresStack({
    main: { server },
    loader: { server, user: 'loader', password: 'l' },
  });
}, patience(60_000));

afterAll(async () => {
  await stack.close();
  await server.close();
});

const SCHEMA = { id: 'bigint', city: 'text', price: 'decimal(8,2)' };

/** Records `start <= id < end` of CSV, some odd. */
function csvOf(start: number, end: number): string {
  const rows = Array.from({ length: end - start }, (_, i) => {
    const id = start + i;
    const city = ['""', '', '\\.', `"a, ""b"" ${id}"`, '"new\nline"'][id % 5];
    return `${id},${city},${(id / 4).toFixed(2)}\n`;
  });
  return `id,city,price\n${rows.join('')}`;
}

async function requestOf(name: string, fields: object = {}, rows = 1000) {
  const source = await stack.putSource(`load/${name}.csv`, Buffer.from(csvOf(0, rows)));
  const { output = {}, ...others } = fields as { output?: object };
  const uri = `s3://${stack.outputBucket}/load/${name}/`;
  const postgres = { connection: 'main', table: name };
  return { source, schema: SCHEMA, ...others, output: { uri, files: 4, postgres, ...output } };
}

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/load/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

/** Tables of a role that may do no more. */
const loader = (table: string) => ({ postgres: { connection: 'loader', schema: 'loads', table } });

const sums = (table: string) =>
  server.query(
    `SELECT count(*)::int, count(DISTINCT id)::int AS ids, sum(price)::text AS price,
       count(*) FILTER (WHERE city = '')::int AS empty, count(*) FILTER (WHERE city IS NULL)::int AS nulls,
       count(*) FILTER (WHERE city = '\\.')::int AS dots FROM "${table}"`,
  );
const ALL = [{ count: 1000, ids: 1000, price: '124875.00', empty: 200, nulls: 200, dots: 200 }];

describe('a load', () => {
  it('makes a table, and has every row once', async () => {
    await stack.runToSuccess(await requestOf('Odd "table"', { expect: { rows: 1000 } }));
    expect(await sums('Odd ""table""')).toEqual(ALL);
    const { entries, totals, output } = await manifestOf('Odd "table"');
    expect(output).toMatchObject({ file: { format: 'postgres', table: 'Odd "table"' } });
    expect(totals).toMatchObject({ chunks: 4, rows: 1000 });
    const ledger = await server.query(
      'SELECT chunk::int, rows::int, bytes::int, crc32 FROM sparse_fanout_chunks ORDER BY chunk',
    );
    expect(ledger).toEqual(
      entries.map(({ index, meta, contentBytes, crc32 }) => ({
        ...{ chunk: index, rows: meta.record_count, bytes: contentBytes, crc32 },
      })),
    );
  }, 60_000);

  it('is the same run for two executions at once, and again, and adds nothing', async () => {
    const request = await requestOf('twice');
    const [one, other] = await Promise.all([request, request].map((each) => stack.run(each)));
    expect([one?.status, other?.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    await stack.runToSuccess(request);
    expect(await sums('twice')).toEqual(ALL);
  }, 60_000);

  it('appends, and overwrites at once', async () => {
    await stack.runToSuccess(await requestOf('modes', { output: loader('modes') }));
    const more = await requestOf('modes', { output: { ...loader('modes'), mode: 'append' } }, 1010);
    await stack.runToSuccess(more);
    expect(await server.query('SELECT count(*)::int FROM loads.modes')).toEqual([{ count: 2010 }]);
    expect((await manifestOf('modes')).totals.rows).toBe(2010);
    const all = await requestOf('modes', { output: { ...loader('modes'), mode: 'overwrite' } });
    const { output } = await stack.runToSuccess(all);
    expect(await sums('loads"."modes')).toEqual(ALL);
    const before = `modes__before_${output.runId.slice(0, 12)}`;
    expect(await server.query(`SELECT count(*)::int FROM loads.${before}`)).toEqual([
      { count: 2010 },
    ]);
    await stack.runToSuccess(all);
    expect(await sums('loads"."modes')).toEqual(ALL);
  }, 120_000);

  it('hides rows that it appends until all are in', async () => {
    const output = loader('hidden');
    const append = { postgres: { ...output.postgres, append: 'hidden' }, mode: 'append' };
    await stack.runToSuccess(await requestOf('hidden', { output }));
    const fields = { output: append, expect: { rows: 1011 } };
    const wrong = await stack.run(await requestOf('hidden', fields, 1010));
    expect(wrong).toMatchObject({ status: 'FAILED', error: 'ExpectationError' });
    const counted = () => server.query('SELECT count(*)::int FROM loads.hidden');
    expect(await counted()).toEqual([{ count: 1000 }]);
    await stack.runToSuccess(await requestOf('hidden', { output: append }, 1010));
    expect(await counted()).toEqual([{ count: 2010 }]);
    const left = 'SELECT FROM pg_class WHERE relname LIKE $1';
    expect(await server.query(left, ['hidden\\_\\_%'])).toHaveLength(0);
  }, 120_000);

  it('rejects bad rows as files do, and expects rows before anything is replaced', async () => {
    await server.query(
      'CREATE TABLE strict (id bigint, city text, price numeric(8,2)); INSERT INTO strict VALUES (-1)',
    );
    const source = await stack.putSource(
      'load/bad.csv',
      Buffer.from('id,city,price\n1,a,1\nx,b,2\n'),
    );
    const uri = `s3://${stack.outputBucket}/load/strict/`;
    const postgres = { connection: 'main', table: 'strict' };
    const fields = { source, schema: SCHEMA, onBadRow: 'reject' };
    const wrong = await stack.run({
      ...{ ...fields, expect: { rows: 3 } },
      output: { uri, postgres, mode: 'overwrite' },
    });
    expect(wrong).toMatchObject({ status: 'FAILED', error: 'ExpectationError' });
    expect(await server.query('SELECT id::int FROM strict')).toEqual([{ id: -1 }]);
    const other = { uri: uri.replace('strict', 'lenient'), postgres, mode: 'append' };
    await stack.runToSuccess({ ...fields, expect: { rows: 2 }, output: other });
    expect(await server.query('SELECT id::int FROM strict ORDER BY 1')).toEqual([
      { id: -1 },
      { id: 1 },
    ]);
  }, 60_000);

  it.each([
    [
      { connection: 'nobody', table: 't' },
      {},
      'RequestError',
      /"nobody", allowed are main, loader/,
    ],
    [{ connection: 'main', table: 'dates' }, {}, 'OutputConflictError', /column "city" is missing/],
    [
      { connection: 'loader', table: 't', schema: 'pg_catalog' },
      {},
      'AccessDeniedError',
      /may not prepare "pg_catalog"."t"/,
    ],
    [{ connection: 'main', table: 't' }, { x: 'integer[]' }, 'RequestError', /nested/],
  ])(
    'is refused by name for %j',
    async (postgres, more, error, said) => {
      await server.query('CREATE TABLE IF NOT EXISTS dates (id bigint, price numeric(8,2))');
      const fields = { schema: { ...SCHEMA, ...more }, output: { postgres } };
      const request = await requestOf(
        `refused-${postgres.connection}-${postgres.table}`,
        fields,
        5,
      );
      const ended = await stack.run(request);
      expect(ended).toMatchObject({ status: 'FAILED', error });
      expect(JSON.parse(ended.cause).errorMessage).toMatch(said);
    },
    60_000,
  );

  it('has the values of every type, and of texts that COPY could take for something else', async () => {
    const odd = JSON.stringify({
      ...{ t: '\\.', n: null, e: '', b: true, i: -5, d: '-123.45', f: 0.1, g: 1e300, h: 'NaN' },
      ...{ day: '0001-01-01', at: '2024-01-02T03:04:05.123456', tz: '2024-01-02T03:04:05+02:00' },
      ...{
        time: '03:04:05.5',
        id: '123e4567-e89b-12d3-a456-426614174000',
        u: '18446744073709551615',
      },
    });
    const source = await stack.putSource('load/odd.jsonl', Buffer.from(`${odd}\n{}\n`));
    const schema = {
      ...{ t: 'text', n: 'text', e: 'text', b: 'boolean', i: 'tinyint', d: 'decimal(5,2)' },
      ...{ f: 'float', g: 'double', h: 'double', day: 'date', at: 'timestamp', tz: 'timestamptz' },
      ...{ time: 'time', id: 'uuid', u: 'ubigint' },
    };
    const uri = `s3://${stack.outputBucket}/load/odd/`;
    const postgres = { connection: 'main', table: 'odd' };
    await stack.runToSuccess({ source, schema, output: { uri, postgres } });
    const texts = Object.keys(schema).map((name) => `${name}::text`);
    const [found, empty] = await server.query(
      `SET timezone = 'UTC'; SELECT ${texts.join(', ')} FROM odd ORDER BY i`,
    );
    expect(found).toEqual({
      ...{
        t: '\\.',
        n: null,
        e: '',
        b: 'true',
        i: '-5',
        d: '-123.45',
        f: '0.1',
        g: '1e+300',
        h: 'NaN',
      },
      ...{ day: '0001-01-01', at: '2024-01-02 03:04:05.123456', tz: '2024-01-02 01:04:05+00' },
      ...{
        time: '03:04:05.5',
        id: '123e4567-e89b-12d3-a456-426614174000',
        u: '18446744073709551615',
      },
    });
    expect(new Set(Object.values(empty ?? {}))).toEqual(new Set([null]));
  }, 60_000);

  it('of one column has NULL, empty texts and the end of data apart', async () => {
    const lines = [null, '', '\\.', '\\N', ' '].map((x) => `${JSON.stringify({ x })}\n`);
    const source = await stack.putSource('load/one.jsonl', Buffer.from(lines.join('')));
    const uri = `s3://${stack.outputBucket}/load/one/`;
    const postgres = { connection: 'main', table: 'one' };
    await stack.runToSuccess({ source, schema: { x: 'text' }, output: { uri, postgres } });
    expect((await server.query('SELECT x FROM one')).map(({ x }) => x)).toEqual([
      ...[null, '', '\\.', '\\N', ' '],
    ]);
  }, 60_000);

  it('shows no password anywhere', async () => {
    const { logDirectory } = stack.cloud;
    const logs = await Promise.all(
      (await readdir(logDirectory)).map((name) => readFile(join(logDirectory, name), 'utf8')),
    );
    expect(logs.join('')).toContain('chunk written');
    expect(logs.join('')).not.toContain('only-for-tests');
    expect(JSON.stringify(stack.cloud.outputs)).not.toContain('only-for-tests');
    expect(stack.cloud.denials).toEqual([]);
  });
});
