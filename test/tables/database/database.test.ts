import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseReads } from '#aws/postgres/read-database.ts';
import {
  AccessDeniedError,
  BoundExceededError,
  CorruptSourceError,
  RequestError,
  ServiceUnavailableError,
  SourceNotFoundError,
} from '#core/errors.ts';
import { parseTableRequest, type TableRequest } from '#core/request/table-request.ts';
import type { ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import { copyRangeSql } from '#core/tables/postgres/read-sql.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { loginOf, type ServedLogins, serveLogins } from '#support/postgres/login-deps.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { rowsOf } from '#support/tables/read-table.ts';
import { withEngine } from '#support/tables/with-engine.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { copyChunk } from '#tables/database/copy-chunk.ts';
import { withCopied } from '#tables/database/copy-rows.ts';
import { lookAtDatabase } from '#tables/database/look-at-database.ts';
import { planDatabase } from '#tables/database/plan-database.ts';
import { layoutOfSeen } from '#tables/look-at-rows.ts';
import type { TablePlan } from '#tables/plan-table.ts';

const { signal } = new AbortController();
let server: PostgresServer;
let logins: ServedLogins;
let read: ReadDatabase;

const SETUP = `
  CREATE SCHEMA "Odd ""names"; CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE DOMAIN zip AS varchar(5);
  CREATE TABLE "Odd ""names"."t; drop" (
    "the key" text COLLATE "en-x-icu", k2 integer, "Wert ""ä""" numeric(12, 2), at timestamptz,
    day date, flag boolean, word text, feeling mood, code zip, real_one double precision, id uuid
  );
  INSERT INTO "Odd ""names"."t; drop"
    SELECT CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN 'Ä''b' WHEN 2 THEN 'a"c,' WHEN 3 THEN E'b\\n\\\\'
      WHEN 4 THEN '' WHEN 5 THEN 'B' ELSE 'b' END,
      CASE WHEN i % 11 = 0 THEN NULL ELSE i % 5 END, i / 7.0, to_timestamp(i * 1000.5),
      date '2024-01-01' + i, i % 2 = 0, CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN E'x\\r\\n"y",' END,
      CASE i % 4 WHEN 0 THEN 'sad'::mood WHEN 1 THEN 'ok' END, 'z' || i % 100,
      CASE i % 50 WHEN 0 THEN 'NaN'::float8 WHEN 1 THEN '-Infinity' ELSE i / 3.0 END,
      md5(i::text)::uuid
    FROM generate_series(1, 2000) AS i;
  CREATE TABLE trips (zip text NOT NULL, distance integer);
  INSERT INTO trips SELECT lpad((i % 500)::text, 5, '0'), i FROM generate_series(1, 20000) AS i;
  CREATE INDEX ON trips (zip); ANALYZE trips;
  CREATE TABLE empty (k integer, v text);
  CREATE TABLE unfit (k integer, lasts interval, price numeric, many integer[]);
  INSERT INTO unfit VALUES (1, '1 day', 1.5, '{1,2}');
  CREATE TABLE hidden (k integer); CREATE ROLE reader LOGIN PASSWORD 'only-for-tests';
  GRANT SELECT ON trips TO reader;
`;

/** The names as they are, without quotes. */
const ODD = { schema: 'Odd "names', table: 't; drop' };

beforeAll(async () => {
  server = await PostgresServer.start();
  await server.query(SETUP);
  const secret = loginOf(server);
  const reader = { ...secret, username: 'reader', password: 'only-for-tests' };
  logins = await serveLogins({ main: { secret }, reader: { secret: reader } });
  read = databaseReads(logins);
});

afterAll(async () => {
  await logins.close();
  await server.close();
});

function asked(postgres: object, rest: object = {}): TableRequest {
  const source = { postgres: { connection: 'main', version: '1', ...postgres } };
  return parseTableRequest({ source, ...rest });
}

async function planned<T>(request: TableRequest, use: (plan: TablePlan) => Promise<T>): Promise<T> {
  return await withEngine(async (engine, directory) => {
    const { connection } = request.source.postgres!;
    const plan = await read(connection, signal, async (reader) => {
      const seen = await lookAtDatabase(request, reader);
      const layout = await layoutOfSeen(request, seen, { engine });
      return await planDatabase(request, reader, { layout, engine, directory, firstIndex: 0 });
    });
    return await use(plan);
  });
}

/** A row as the engine's JSON has it, where NaN and infinity stand as they are. */
function parsed(row: string): Readonly<Record<string, unknown>> {
  return JSON.parse(row.replaceAll(/:-?(?:nan|inf(?:inity)?)(?=[,}])/gi, ':null'));
}

/** The rows of a chunk, as JSON in their order. */
async function rowsOfChunk(layout: TableLayout, chunk: TablePlan['chunks'][number]) {
  return await withEngine(async (engine, directory) => {
    const file = { layout: layout.postgres!, chunk, directory };
    const copied = await copyChunk(read, file, signal);
    const output = { format: 'parquet', compression: 'none', rowGroupBytes: 1e6 } as const;
    const options = { engine, directory, layout, output, name: 'chunk.parquet' };
    await withCopied(copied, layout, (slices) => convertChunk(slices, options));
    return await rowsOf(engine, [join(directory, 'chunk.parquet')]);
  });
}

async function allRows({ layout, chunks }: TablePlan): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for (const chunk of chunks) rows.push((await rowsOfChunk(layout, chunk)).slice(1));
  return rows;
}

async function refused(postgres: object, rest: object = {}): Promise<Error> {
  const done = planned(asked(postgres, rest), async () => undefined);
  return await done.then(
    () => new Error('accepted'),
    (error: unknown) => error as Error,
  );
}

describe('a table', () => {
  it('becomes chunks of whole keys, in the order of the keys, of all its rows', async () => {
    const request = asked({ table: 'trips', key: 'zip' }, { chunking: { rows: 2000 } });
    await planned(request, async (plan) => {
      expect(plan.chunks).toHaveLength(10);
      expect(plan.keys).toEqual({
        columns: [
          { name: 'zip', type: 'VARCHAR' },
          { name: 'distance', type: 'INTEGER' },
        ],
        ...{ keys: 500, rows: 20000, largest: { key: ['00000'], rows: 40 } },
      });
      const chunks = await allRows(plan);
      const zips = chunks.map((rows) => new Set(rows.map((row) => JSON.parse(row).zip as string)));
      expect(zips.reduce((sum, { size }) => sum + size, 0)).toBe(500);
      const wanted = await server.query('SELECT zip, distance FROM trips ORDER BY 1, 2');
      expect(chunks.flat().map((row) => JSON.parse(row))).toEqual(wanted);
      expect(plan.predictedRows).toBe(20000);
    });
  });

  it('is gathered by SQL per key where the request says that keys are whole', async () => {
    const sql = 'select zip, count(*) as n, max(distance) as most from input group by zip';
    const whole = { chunking: { rows: 2000, keysWhole: ['zip'] }, transform: { sql } };
    await planned(asked({ table: 'trips', key: 'zip' }, whole), async (plan) => {
      expect(plan.chunks).toHaveLength(10);
      expect(plan.layout.keysWhole).toEqual(['zip']);
      const rows = (await allRows(plan)).flat().map((row) => JSON.parse(row));
      const wanted = await server.query(
        'SELECT zip, count(*)::integer AS n, max(distance) AS most FROM trips GROUP BY 1 ORDER BY 1',
      );
      expect(rows.map(({ n, ...row }) => ({ ...row, n: Number(n) }))).toEqual(wanted);
    });
    const other = { ...whole, columns: { zip: 'drop' }, schema: { distance: 'integer' } };
    const dropped = await refused({ table: 'trips', key: 'zip' }, other);
    expect(dropped.message).toContain('keysWhole names "zip", but the columns that are read are');
  });

  it('is read by hostile names, keys with NULL, and the order of its own collation', async () => {
    const request = asked({ ...ODD, key: ['the key', 'k2'] }, { chunking: { rows: 150 } });
    await planned(request, async (plan) => {
      expect(plan.chunks.length).toBeGreaterThan(8);
      const rows = (await allRows(plan)).flat().map(parsed);
      const wanted = await server.query(
        `SELECT "the key", k2, id::text FROM "Odd ""names"."t; drop" ORDER BY 1, 2, "Wert ""ä"""::text COLLATE "C"`,
      );
      expect(rows.map((row) => [row['the key'], row['k2']])).toEqual(
        wanted.map((row) => [row['the key'], row['k2']]),
      );
      expect(new Set(rows.map((row) => row['id']))).toEqual(
        new Set(wanted.map((row) => row['id'])),
      );
      expect(rows).toHaveLength(2000);
    });
  });

  it('keeps every value: empty texts, line ends, NULL, NaN, instants', async () => {
    await planned(asked({ ...ODD, key: 'day' }, { chunking: { rows: 5000 } }), async (plan) => {
      const [types, ...rows] = await rowsOfChunk(plan.layout, plan.chunks[0]!);
      expect(JSON.parse(types!).map(([, type]: [string, string]) => type)).toEqual([
        ...['VARCHAR', 'INTEGER', 'DECIMAL(12,2)', 'TIMESTAMP WITH TIME ZONE', 'DATE', 'BOOLEAN'],
        ...['VARCHAR', 'VARCHAR', 'VARCHAR', 'DOUBLE', 'UUID'],
      ]);
      const wanted = await server.query(
        `SELECT word, feeling::text, code, real_one::text, extract(epoch FROM at)::text AS at,
         "Wert ""ä""" FROM "Odd ""names"."t; drop" ORDER BY day`,
      );
      expect(rows).toHaveLength(2000);
      for (const [at, text] of rows.entries()) {
        const row = parsed(text);
        const want = wanted[at]!;
        expect([row['word'], row['feeling'], row['code']]).toEqual([
          want['word'],
          want['feeling'],
          want['code'],
        ]);
        expect(Number(row['Wert "ä"'])).toBe(Number(want['Wert "ä"']));
        expect(Date.parse(`${row['at']}`.replace(' ', 'T').replace('+00', 'Z'))).toBe(
          Number(want['at']) * 1000,
        );
      }
    });
  });

  it('without rows is one empty chunk', async () => {
    await planned(asked({ table: 'empty', key: 'k' }), async (plan) => {
      expect(plan.chunks).toHaveLength(1);
      expect(await allRows(plan)).toEqual([[]]);
    });
  });

  it('gives each chunk what came to its keys since it was planned, and leaves no key out', async () => {
    await server.query('CREATE TABLE moving AS SELECT i * 2 AS k FROM generate_series(1, 100) i');
    const request = asked({ table: 'moving', key: 'k' }, { chunking: { rows: 25 } });
    await planned(request, async (plan) => {
      expect(plan.chunks).toHaveLength(4);
      await server.query('INSERT INTO moving SELECT i * 2 + 1 FROM generate_series(-9, 110) i');
      const rows = (await allRows(plan)).flat().map((row) => JSON.parse(row).k as number);
      const wanted = await server.query('SELECT k FROM moving ORDER BY k');
      expect(rows).toEqual(wanted.map(({ k }) => k));
    });
  });
});

describe('a query', () => {
  it('is read as it is, under the schema of the request', async () => {
    const query = `SELECT zip AS "Zip", sum(distance) AS total, '{}'::json AS doc
      FROM public.trips GROUP BY zip -- the end`;
    const schema = { Zip: 'varchar', total: 'integer' };
    const columns = { doc: 'drop' };
    const request = asked({ query, key: 'Zip' }, { schema, columns, chunking: { rows: 100 } });
    await planned(request, async (plan) => {
      expect(plan.chunks).toHaveLength(5);
      expect(plan.layout.postgres!.columns.map(({ name }) => name)).toEqual(['Zip', 'total']);
      expect((await allRows(plan)).flat()).toHaveLength(500);
    });
  });

  it.each([
    ['select 1 as k; drop table trips', /syntax|multiple commands/],
    ['select 1 as k) as q; commit; drop table trips; --', /syntax/],
    ['select 1 as k /* not ended', /unterminated/],
    ["select 'a as k", /unterminated/],
    ['delete from public.trips returning zip as k', /syntax/],
    ['with gone as (delete from public.trips returning 1 as k) select k from gone', /top level/],
    ['select $1::int as k', /parameter/],
    ['select distance as k from public.trips for update', /writes or locks/],
    ['select set_config($$transaction_read_only$$, $$off$$, false) as k', /read-write mode/],
  ])('that is not one SELECT is refused: %s', async (query, says) => {
    const error = await refused({ query, key: 'k' });
    expect(error.message).toMatch(says);
    expect(error).toBeInstanceOf(RequestError);
    expect(await server.query('SELECT count(*)::int AS n FROM trips')).toEqual([{ n: 20000 }]);
  });
});

describe('what cannot be read is refused by name', () => {
  it('a table that is not there, and one that may not be read', async () => {
    expect(await refused({ table: 'nothing', key: 'k' })).toBeInstanceOf(SourceNotFoundError);
    const hidden = await refused({ connection: 'reader', table: 'hidden', key: 'k' });
    expect(hidden).toBeInstanceOf(AccessDeniedError);
    expect(hidden.message).toContain('permission denied for table hidden');
    expect(await refused({ connection: 'reader', table: 'trips', key: 'zip' })).toMatchObject({
      message: 'accepted',
    });
  });

  it('a key that is not there, and a connection that nobody named', async () => {
    const error = await refused({ table: 'trips', key: 'Zip' });
    expect(error.message).toContain('names "Zip", but postgres:main/public.trips has "zip"');
    const unknown = await refused({ connection: 'other', table: 'trips', key: 'zip' });
    expect(unknown.message).toContain('allowed are main, reader');
  });

  it('types without an equal, with what to cast them to', async () => {
    const { message } = await refused({ table: 'unfit', key: 'k' });
    expect(message).toContain('column "lasts" is interval');
    expect(message).toContain('column "price" is numeric');
    expect(message).toContain('column "many" is integer[]');
    const schema = { k: 'integer', lasts: 'varchar', price: 'decimal(10, 2)', many: 'varchar' };
    await planned(asked({ table: 'unfit', key: 'k' }, { schema }), async (plan) => {
      expect(await allRows(plan)).toEqual([['{"k":1,"lasts":"P1D","price":1.5,"many":"{1,2}"}']]);
    });
    const key = await refused({ table: 'unfit', key: 'lasts' }, { schema });
    expect(key.message).toContain('which is interval; keys are');
  });

  it('a value that its column cannot hold', async () => {
    const schema = { zip: 'varchar', distance: 'tinyint' };
    const error = await refused({ table: 'trips', key: 'zip' }, { schema });
    expect(error).toBeInstanceOf(CorruptSourceError);
    expect(error.message).toMatch(/column "distance" of the sampled rows/);
  });

  it('a connection that is lost, which may heal', async () => {
    const query = 'SELECT i AS k, pg_sleep(0.001)::text AS s FROM generate_series(1, 20000) AS i';
    const request = asked({ query, key: 'k' });
    const copied = read('main', signal, async (reader) => {
      const { postgres } = await lookAtDatabase(request, reader);
      const sql = copyRangeSql({ query }, postgres!, {});
      for await (const _ of reader.copyOut(sql));
    });
    const ended = expect(copied).rejects.toThrow(ServiceUnavailableError);
    const active = `application_name = 'sparse-fanout' AND query LIKE 'COPY%'`;
    let cut = 0;
    while (cut === 0) {
      const [row] = await server.query(
        `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity WHERE ${active}`,
      );
      cut = Number(row!['n']);
    }
    await ended;
  });

  it('a statement that takes too long', async () => {
    const request = asked({ query: 'SELECT 1 AS k, pg_sleep(30)::text AS s', key: 'k' });
    const slow = databaseReads(logins, 1)('main', signal, async (reader) => {
      await lookAtDatabase(request, reader);
      await reader.rows('SELECT pg_sleep(30)');
    });
    await expect(slow).rejects.toThrow(BoundExceededError);
  });
});
