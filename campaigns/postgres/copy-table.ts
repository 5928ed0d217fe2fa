import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import type { LocalStack } from '#support/local-stack.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { postgresStack } from '#support/postgres/postgres-stack.ts';
import { pythonOf } from '#support/python/environment.ts';

/** The table that is copied. */
export interface CopiedTable {
  readonly rows: number;
  readonly keys: number;
  /** Of the writers that are killed. */
  readonly seed: number;
  /** Of another PostgreSQL. */
  readonly binaries?: string;
}

const run = promisify(execFile);

/** After so many starts a copy with killed writers does not end. */
const MOST_STARTS = 5;

/** Chunks of the copy, about. */
const CHUNKS = 40;

/** Keys have from few rows to some hundred times as many. */
const setup = ({ rows, keys }: CopiedTable) => `
  CREATE TABLE trips AS
    SELECT lpad((floor(${keys} * power(abs(hashint8(i)) / 2147483648.0, 1.5)))::text, 5, '0') AS zip,
      i AS id, timestamp '2024-01-01' + i * interval '7 seconds' AS picked,
      (abs(hashint8(i * 3)) % 10000)::int AS fare_cents,
      (abs(hashint8(i * 5)) % 900)::int AS tip_cents, 'trip, "' || i % 97 || '"' AS word
    FROM generate_series(1::bigint, ${rows}) AS i;
  INSERT INTO trips SELECT lpad(k::text, 5, '0'), -k - 1, timestamp '2023-01-01', 5000, 10, NULL
    FROM generate_series(0, ${keys - 1}) AS k;
  DELETE FROM trips WHERE id BETWEEN 1 AND ${keys};
  CREATE INDEX ON trips (zip);
  ANALYZE trips;
  CREATE TABLE theirs (zip text, id bigint, day date, total_cents bigint, word text);
`;

const SQL = `
  SELECT zip, id, CAST(picked AS DATE) AS day,
    CAST(fare_cents AS BIGINT) + tip_cents AS total_cents, upper(word) AS word
  FROM input WHERE fare_cents > 100
`;

/** Rows of a table, and a digest of them in any order. */
function seen(server: PostgresServer, table: string) {
  return server.query(
    `SELECT count(*)::int AS rows, count(DISTINCT zip)::int AS keys,
       sum(hashtextextended(concat_ws('|', zip, id, day, total_cents, coalesce(word, 'NULL')), 0)::numeric)::text AS digest
     FROM ${table}`,
  );
}

function assertSame(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
}

function requestOf(stack: LocalStack, table: CopiedTable, into: string) {
  return {
    source: { postgres: { connection: 'main', table: 'trips', key: 'zip', version: '1' } },
    transform: { sql: SQL },
    chunking: { rows: Math.ceil(table.rows / CHUNKS) },
    output: {
      uri: `s3://${stack.outputBucket}/${into}/`,
      postgres: { connection: 'main', table: into },
    },
  };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Starts a request again where faults have ended all tries of a chunk. */
async function runUntilDone(stack: LocalStack, request: object): Promise<void> {
  for (let starts = 1; starts < MOST_STARTS; starts += 1) {
    if ((await stack.run(request)).status === 'SUCCEEDED') return;
  }
  await stack.runToSuccess(request);
}

/** The article's way. @returns its seconds; undefined where there is no Python for it. */
async function article(server: PostgresServer): Promise<number | undefined> {
  const python = await pythonOf({
    name: 'postgres',
    pythons: ['3.12', '3.11', '3.13'],
    requirements: join(import.meta.dirname, 'requirements.txt'),
  });
  if (python === undefined) return undefined;
  const script = join(import.meta.dirname, 'article.py');
  const { stdout } = await run(python, [script, server.url, 'trips', 'theirs']);
  return JSON.parse(stdout).seconds;
}

/**
 * Copies a table of many keys through a transform into another, twice, and once more with killed
 * writers; beside it pandas does so key by key.
 *
 * @throws {Error} the tables differ.
 */
export async function copyTable(table: CopiedTable, say: (line: string) => void): Promise<void> {
  let killed = 0;
  const faults = new FaultInjector(() => {
    killed += 1;
  });
  await using server = await PostgresServer.start({
    settings: ['shared_buffers = 512MB'],
    ...(table.binaries && { binaries: table.binaries }),
  });
  await server.query(setup(table));
  const stack = await postgresStack({ main: { server } }, faults);
  try {
    const request = requestOf(stack, table, 'ours');
    const first = await secondsOf(() => stack.runToSuccess(request));
    const [ours] = await seen(server, 'ours');
    say(`copied: ${JSON.stringify(ours)} in ${first.toFixed(1)} s`);
    const again = await secondsOf(() => stack.runToSuccess(request));
    assertSame('what is there after a second run', await seen(server, 'ours'), [ours]);
    say(`the same request again changes nothing: ${again.toFixed(1)} s`);
    const kinds = ['lambda-killed', 'lambda-twice', 'lambda-timeout'] as const;
    faults.begin({ name: 'copy', seed: table.seed, rate: 0.3, about: ['"task":"chunk"'], kinds });
    await runUntilDone(stack, requestOf(stack, table, 'ours_killed'));
    faults.end('copy');
    assertSame('what is there after killed writers', await seen(server, 'ours_killed'), [ours]);
    say(`the same with ${killed} writers killed, doubled or late`);
    const theirs = await article(server);
    if (theirs === undefined) return say('no Python for the way of pandas');
    assertSame('what pandas wrote', await seen(server, 'theirs'), [ours]);
    const speed = (seconds: number) => Math.round(table.rows / seconds).toLocaleString('en');
    say(
      `rows of the source a second: ours ${speed(first)} (${first.toFixed(1)} s, with plan and proof), pandas by key in 8 processes ${speed(theirs)} (${theirs.toFixed(1)} s): ${(theirs / first).toFixed(2)} times`,
    );
  } finally {
    await stack.close();
  }
}
