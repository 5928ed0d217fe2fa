import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import type { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { postgresStack } from '#support/postgres/postgres-stack.ts';
import { runHere } from '#test/cli/run-command.ts';

let server: PostgresServer;
let stack: LocalStack;
let folder: string;

const SETUP = `
  CREATE TABLE trips AS SELECT lpad((i % 500)::text, 4, '0') AS zip, i AS n, 'trip, "' || i || '"' AS word
    FROM generate_series(1, 10000) AS i;
  CREATE INDEX ON trips (zip);
  CREATE TABLE hidden AS SELECT 1 AS k;
  CREATE ROLE fanout_reader LOGIN PASSWORD 'r' NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
  ALTER ROLE fanout_reader SET default_transaction_read_only = on;
  REVOKE ALL ON DATABASE postgres FROM PUBLIC; GRANT CONNECT ON DATABASE postgres TO fanout_reader;
  REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO fanout_reader;
  GRANT SELECT ON public.trips TO fanout_reader;
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postgres-source-'));
  server = await PostgresServer.start();
  await server.query(SETUP);
  stack = await postgresStack({
    main: { server },
    reader: { server, user: 'fanout_reader', password: 'r' },
  });
}, patience(60_000));

afterAll(async () => {
  await stack.close();
  await server.close();
  await rm(folder, { recursive: true });
});

function requestOf(name: string, postgres: object = {}, output: object = {}) {
  const source = { connection: 'reader', table: 'trips', key: 'zip', version: '1', ...postgres };
  const uri = `s3://${stack.outputBucket}/read/${name}/`;
  return {
    source: { postgres: source },
    chunking: { rows: 1500 },
    output: { uri, format: 'csv', csv: { header: false }, ...output },
  };
}

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/read/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

it('reads a table by a role that may do nothing else', async () => {
  await stack.runToSuccess({ ...requestOf('all'), expect: { rows: 10_000 } });
  const { entries } = await manifestOf('all');
  expect(entries.length).toBeGreaterThan(5);
  const texts = await Promise.all(entries.map(({ url }) => stack.read(url)));
  const rows = await server.query('SELECT zip, n, word FROM trips ORDER BY zip, n');
  const wanted = rows.map(({ zip, n }) => `${zip},${n},"trip, ""${n}"""\n`).join('');
  expect(Buffer.concat(texts).toString()).toBe(wanted);
  expect(entries[0]?.keys?.first).toEqual(['0000']);
}, 60_000);

it('reads one table and loads another, by the same keys', async () => {
  const { csv: _, ...output } = requestOf('copy').output as Record<string, unknown>;
  const into = { format: 'postgres', postgres: { connection: 'main', table: 'copied' } };
  const request = { ...requestOf('copy'), output: { uri: output['uri'], ...into } };
  await stack.runToSuccess(request);
  const differs = await server.query(
    '(TABLE trips EXCEPT ALL SELECT zip, n::int, word FROM copied) UNION ALL (SELECT zip, n::int, word FROM copied EXCEPT ALL TABLE trips)',
  );
  expect(differs).toEqual([]);
  await stack.runToSuccess(request);
  expect(await server.query('SELECT count(*)::int AS n FROM copied')).toEqual([{ n: 10_000 }]);
}, 60_000);

it('fails by name where the role may not read', async () => {
  const failed = stack.runToSuccess(requestOf('hidden', { table: 'hidden', key: 'k' }));
  await expect(failed).rejects.toThrow(/AccessDeniedError.*permission denied for table hidden/s);
}, 60_000);

it('shows columns, keys and files by local run --dry-run, and writes them by local run', async () => {
  const { output: _, ...request } = requestOf('local', { connection: 'here' });
  const file = join(folder, 'request.json');
  await writeFile(file, JSON.stringify(request));
  const out = join(folder, 'out');
  const run = ['local', 'run', '--request', file, '--postgres', `here=${server.url}`, '--out', out];
  const dry = await runHere([...run, '--dry-run']);
  expect(dry.stderr).not.toContain('Error');
  expect(dry.stdout.toString()).toMatch(
    /column {3}"zip" VARCHAR\n.*\n.*\nkeys {5}500, the largest/,
  );
  const written = await runHere(run);
  expect(written.stdout.toString()).toContain('rows     10,000');
  const proved = await runHere(['verify', out]);
  expect(proved.code).toBe(0);
}, 120_000);
