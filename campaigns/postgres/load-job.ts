import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import type { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { databaseProblems } from '#cli/verify/database-problems.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import type { LocalStack } from '#support/local-stack.ts';
import { LastingSession } from '#support/postgres/lasting-session.ts';
import { loginOf } from '#support/postgres/login-deps.ts';
import type { PostgresServer } from '#support/postgres/postgres-server.ts';
import { createRandom } from '#support/seeded-random.ts';
import { type Wrecked, wreck } from './wrecker.ts';

/** Where jobs run. */
export interface JobRoom {
  readonly server: PostgresServer;
  readonly stack: LocalStack;
  readonly faults: FaultInjector;
}

/** A load, and what the table has before and after it. */
export interface LoadJob {
  readonly name: string;
  readonly mode: 'create' | 'append' | 'overwrite';
  readonly hidden: boolean;
  /** Ids of its rows: from one, up to another. */
  readonly from: number;
  readonly until: number;
  readonly chunks: number;
  readonly seed: number;
  /** Ids that are in before, and after. */
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
}

/** What happened in a job. */
export interface JobReport extends Wrecked {
  readonly redrives: number;
  readonly seconds: number;
  /** Looks of a reader meanwhile. */
  readonly looks: number;
}

/** Executions of one request at once. */
const TWINS = 3;

/** After so many redrives a job does not end. */
const MOST_REDRIVES = 10;

const TABLE = 'loaded';
const RESTARTS = 4;

function lineOf(id: number): string {
  return `${id},"name, ${id % 977}",${(id / 4).toFixed(2)}\n`;
}

function* linesOf(from: number, until: number): Generator<string> {
  for (let id = from; id < until; id += 1) yield lineOf(id);
}

/** Digest of the rows as `DIGEST` makes it. */
function digestOf([from, until]: readonly [number, number]): string {
  const hash = createHash('md5');
  for (const line of linesOf(from, until)) hash.update(line);
  return hash.digest('hex');
}

const DIGEST = `SELECT md5(coalesce(string_agg(id || ',"' || name || '",' || price || E'\\n', '' ORDER BY id), '')) AS digest,
  count(*)::int AS rows FROM ${TABLE}`;

function fail(problem: string): never {
  throw new Error(problem);
}

/** Looks at the table again and again: other rows than before or after are wrong. */
async function watch({ server }: JobRoom, job: LoadJob, signal: AbortSignal): Promise<number> {
  await using session = new LastingSession(server.url);
  const allowed = [job.before, job.after].map(([from, until]) => until - from);
  for (let looks = 0; ; looks += 1) {
    if (signal.aborted) return looks;
    // A server that is restarted answers nobody.
    const [seen] = await session.query(`SELECT count(*)::int AS n FROM ${TABLE}`).catch(() => []);
    const rows = Number(seen?.['n'] ?? allowed[0]);
    if (!allowed.includes(rows)) fail(`a reader saw ${rows} rows of ${job.name}`);
    await sleep(50);
  }
}

/** Waits for all executions, and redrives one until the job is done. @returns redrives */
async function settle({ stack }: JobRoom, arns: readonly string[]): Promise<number> {
  const ends = await Promise.all(arns.map((arn) => stack.endOf(arn)));
  if (ends.some(({ status }) => status === 'SUCCEEDED')) return 0;
  for (let redrives = 1; redrives <= MOST_REDRIVES; redrives += 1) {
    const executionArn = arns[0]!;
    await stack.states.send(new RedriveExecutionCommand({ executionArn }));
    if ((await stack.endOf(executionArn)).status === 'SUCCEEDED') return redrives;
  }
  return fail(`the job did not end after ${MOST_REDRIVES} redrives: ${JSON.stringify(ends)}`);
}

/** Proves that each row is in once, and that the ledger of the database is the manifest's. */
async function prove({ server, stack }: JobRoom, job: LoadJob, uri: string): Promise<void> {
  const rows = job.after[1] - job.after[0];
  const [found] = await server.query(DIGEST);
  const expected = { digest: digestOf(job.after), rows };
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    fail(`${job.name}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  }
  const text = (await stack.read(`${uri}_manifest/manifest.json`)).toString();
  const manifest = parseManifest(text);
  const databases = { main: { secret: JSON.stringify(loginOf(server)), tls: false } };
  const { signal } = new AbortController();
  const problems = await databaseProblems({ manifest }, databases, signal);
  const own = manifest.generations.at(-1);
  if (own?.chunks !== job.chunks) problems.push(`there are ${own?.chunks} chunks`);
  if (problems.length > 0) fail(`${job.name}: ${problems.join('; ')}`);
}

/**
 * Loads a table by three executions at once, while writers are killed, doubled and late,
 * connections are cut within their COPY, and the server is restarted.
 *
 * @throws {Error} a row is missing or doubled, the ledger is wrong, or a reader saw some rows of a
 * mode that hides them.
 */
export async function runJob(room: JobRoom, job: LoadJob): Promise<JobReport> {
  const { server, stack, faults } = room;
  const text = Buffer.from(`id,name,price\n${[...linesOf(job.from, job.until)].join('')}`);
  const source = await stack.putSource(`${job.name}.csv`, text);
  const uri = `s3://${stack.outputBucket}/loads/`;
  const append = job.hidden && job.mode === 'append' && { append: 'hidden' };
  const request = {
    source,
    schema: { id: 'bigint', name: 'text', price: 'decimal(12,2)' },
    expect: { rows: job.until - job.from },
    output: {
      ...{ uri, mode: job.mode, files: job.chunks },
      postgres: { connection: 'main', table: TABLE, ...append },
    },
  };
  const done = new AbortController();
  const { signal } = done;
  const about = ['"task":"'];
  const kinds = ['lambda-killed', 'lambda-twice', 'lambda-timeout'] as const;
  faults.begin({ name: job.name, seed: job.seed, rate: 0.3, about, kinds });
  const began = performance.now();
  const arns = await Promise.all(
    Array.from({ length: TWINS }, () => stack.startExecution(request)),
  );
  const wrecked = wreck(server, createRandom(job.seed), { restarts: RESTARTS, signal });
  const watched = job.hidden ? watch(room, job, signal) : Promise.resolve(0);
  const redrives = await settle(room, arns).finally(() => done.abort());
  const seconds = (performance.now() - began) / 1000;
  const [{ cut, restarted }, looks] = await Promise.all([wrecked, watched]);
  faults.end(job.name);
  await prove(room, job, uri);
  return { cut, restarted, redrives, seconds, looks };
}
