import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyIn } from '#aws/postgres/copy-in.ts';
import { queryProblem } from '#aws/postgres/postgres-errors.ts';
import { type PostgresClient, withPostgres } from '#aws/postgres/with-postgres.ts';
import { loginOf, type ServedLogins, serveLogins } from '#support/postgres/login-deps.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';

let directory: string;
let plain: PostgresServer;
let secure: PostgresServer;
let logins: ServedLogins;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'with-postgres-'));
  const { key, cert } = await createCertificate(directory);
  [plain, secure] = await Promise.all([
    PostgresServer.start(),
    PostgresServer.start({ tls: { key, cert } }),
  ]);
  const secret = loginOf(plain);
  const far = loginOf(secure);
  logins = await serveLogins({
    main: { secret },
    wrong: { secret: { ...secret, password: 'not-it' } },
    gone: { secret: { ...secret, port: 1 } },
    nowhere: { secret: { ...secret, dbname: 'hidden' } },
    empty: { secret: { username: 'only' } },
    noTls: { secret, tls: true },
    secure: { secret: { ...far, ca: cert }, tls: true },
    open: { secret: far },
    untrusted: { secret: far, tls: true },
    misnamed: { secret: { ...far, host: '127.0.0.2', ca: cert }, tls: true },
  });
});

afterAll(async () => {
  await logins.close();
  await Promise.all([plain.close(), secure.close()]);
  await rm(directory, { recursive: true });
});

const { signal } = new AbortController();

const one = async (client: PostgresClient) => (await client.query('SELECT 1 AS one')).rows;

it('opens a connection by its name, with and without TLS', async () => {
  expect(await withPostgres(logins, 'main', signal, one)).toEqual([{ one: 1 }]);
  const encrypted = await withPostgres(logins, 'secure', signal, (client) =>
    client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
  );
  expect(encrypted.rows).toEqual([{ ssl: true }]);
});

it('looks no name up but in the catalogue, and has one form of texts and times', async () => {
  const shown = await withPostgres(logins, 'main', signal, (client) =>
    client.query(
      "SELECT current_setting('search_path') p, current_setting('datestyle') d, current_setting('timezone') t, current_setting('tcp_keepalives_idle') k",
    ),
  );
  expect(shown.rows).toEqual([{ p: 'pg_catalog', d: 'ISO, YMD', t: 'UTC', k: '20' }]);
});

it.each([
  ['other', 'RequestError', /connection "other" is not known, allowed are empty, gone, main/],
  ['wrong', 'AccessDeniedError', /connection wrong: the server refuses user and password .*28P01/],
  ['nowhere', 'AccessDeniedError', /the database of the secret does not exist.*3D000/],
  ['empty', 'DatabaseError', /the secret of connection empty must be JSON .* wrong is password/],
  ['noTls', 'DatabaseError', /connection noTls: .*requires and the server does not have/],
  ['open', 'DatabaseError', /connection open: .*switches off and the server requires/],
  ['untrusted', 'DatabaseError', /untrusted: the certificate .* is not trusted \(DEPTH_ZERO/],
  ['gone', 'ServiceUnavailableError', /connection gone: the server cannot be reached \(ECONN/],
])(
  'fails for the connection %s with one sentence, and without a secret',
  async (name, kind, said) => {
    const failure = await withPostgres(logins, name, signal, one).catch((error: Error) => error);
    expect(failure).toMatchObject({ name: kind, message: expect.stringMatching(said) });
    const told = JSON.stringify(failure, Object.getOwnPropertyNames(failure));
    expect(told).not.toMatch(/not-it|only-for-tests|127\.0\.0|hidden|user "postgres"/);
    expect(failure).not.toHaveProperty('cause');
  },
);

it('waits for a server that has no free connection, and then fails as throttled', async () => {
  await plain.query("CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 0");
  const few = await serveLogins({
    few: { secret: { ...loginOf(plain), username: 'few', password: 'few' } },
  });
  try {
    await expect(withPostgres(few, 'few', signal, one)).rejects.toMatchObject({
      name: 'ThrottledError',
      message: expect.stringContaining('53300'),
    });
  } finally {
    await few.close();
  }
});

it('sends a text by COPY, and names where a value does not fit', async () => {
  await plain.query('CREATE TABLE copied (a int, b text)');
  const send = (text: string) =>
    withPostgres(logins, 'main', signal, (client) =>
      copyIn(client, 'COPY public.copied FROM STDIN (FORMAT csv)', Readable.from([text])),
    );
  expect(await send('1,\n2,""\n')).toBe(2);
  expect(await plain.query('SELECT * FROM copied')).toEqual([
    { a: 1, b: null },
    { a: 2, b: '' },
  ]);
  await expect(send('3,x\ny,z\n')).rejects.toMatchObject({
    where: 'COPY copied, line 2, column a: "y"',
  });
});

it('breaks the connection at an abort, and undoes what was under way', async () => {
  await plain.query('CREATE TABLE kept (a int)');
  const abort = new AbortController();
  const work = withPostgres(logins, 'main', abort.signal, async (client) => {
    await client.query('BEGIN');
    await client.query('INSERT INTO public.kept VALUES (1)');
    setTimeout(() => abort.abort(), 100);
    await client.query('SELECT pg_sleep(60)');
  });
  await expect(work).rejects.toThrow();
  expect(await plain.query('SELECT * FROM kept')).toEqual([]);
});

it('goes on when the server comes back', async () => {
  await plain.stop();
  const work = withPostgres(logins, 'main', signal, one);
  await plain.resume();
  expect(await work).toEqual([{ one: 1 }]);
});

it('names what a server refuses of a statement', async () => {
  const fail = (sql: string) =>
    withPostgres(logins, 'main', signal, async (client) => {
      await client.query(sql).catch((error) => {
        throw queryProblem(error, 'main', 'try it');
      });
    }).catch((error: Error) => `${error.name}: ${error.message}`);
  expect(await fail('SET transaction_read_only = on; CREATE TABLE public.no (a int)')).toMatch(
    /^DatabaseError: the database of connection main is read-only \(25006\)/,
  );
  expect(await fail('SELECT 1/(SELECT 0)')).toMatch(
    /^DatabaseError: could not try it \(22012: division by zero\)$/,
  );
  expect(await fail("DO $$ BEGIN RAISE 'x' USING ERRCODE = '53100'; END $$")).toMatch(
    /^DatabaseError: the database of connection main is full \(53100: x\)/,
  );
  expect(await fail("DO $$ BEGIN RAISE 'x' USING ERRCODE = '42501'; END $$")).toMatch(
    /^AccessDeniedError: may not try it \(42501: x; .*grant it/,
  );
  expect(await fail('SELECT pg_terminate_backend(pg_backend_pid())')).toMatch(
    /^ServiceUnavailableError: could not try it: the connection to main was lost/,
  );
});
