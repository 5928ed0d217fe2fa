import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DynamoDBClient } from '#aws/clients/dynamo.ts';
import { readTryError } from '#aws/ledger-reads.ts';
import { openObject, readLines, readText } from '#aws/objects.ts';
import { databaseReads } from '#aws/postgres/read-database.ts';
import { RequestError, UploadConflictError } from '#core/errors.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { generationKey, planKey } from '#core/run/output-keys.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { parseWriteTableInput } from '#core/run/write-table-input.ts';
import type { ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import { createHandler as createPlanTable } from '#lambdas/plan-table/handler.ts';
import { ledgersIn, type OpenLedger } from '#lambdas/shared/open-ledger.ts';
import { createHandler as createWriteTable } from '#lambdas/write-table/handler.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { loginOf, type ServedLogins, serveLogins } from '#support/postgres/login-deps.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { finishRun, planRun } from '#support/run-steps.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import { stepDeps } from '#support/step-deps.ts';
import { withEngine } from '#support/tables/with-engine.ts';

type WritePlan = Extract<PlanResult, { readonly run: unknown }>;

const never = new AbortController().signal;
let server: PostgresServer;
let logins: ServedLogins;
let services: LocalServices;

beforeAll(async () => {
  [server, services] = await Promise.all([PostgresServer.start(), startLocalServices()]);
  logins = await serveLogins({ main: { secret: loginOf(server) } });
});

afterAll(async () => {
  await Promise.all([logins.close(), services.close()]);
  await server.close();
});

function stores() {
  const { bucket, table } = services;
  return { bucket, table, databases: databaseReads(logins) };
}

/** Makes a table of 1,000 rows and 100 keys. */
async function makeTable(name: string): Promise<void> {
  await server.query(
    `CREATE TABLE ${name} AS SELECT i % 100 AS k, i AS n, 'row ' || i AS word FROM generate_series(1, 1000) AS i`,
  );
}

function requestOf(table: string, rest: object = {}) {
  const postgres = { connection: 'main', table, key: 'k', version: '1' };
  const output = { uri: `s3://${services.bucket}/${table}/`, format: 'csv' };
  return { source: { postgres }, output, chunking: { rows: 250 }, ...rest };
}

async function planned(request: object): Promise<WritePlan> {
  const plan = await planRun(services, stores(), request);
  if (plan.decision !== 'write') throw new Error(plan.decision);
  return plan;
}

async function chunksOf({ plan }: WritePlan) {
  const chunks = [];
  for await (const line of readLines(services.s3, plan.bucket, plan.key)) {
    chunks.push(parsePlanLine(line));
  }
  return chunks;
}

/** Writes a chunk as its function does. */
async function write(plan: WritePlan, at: number, deps: object = {}) {
  const chunk = (await chunksOf(plan))[at]!;
  const input = parseWriteTableInput({ run: plan.run, chunk });
  const all = { ...stepDeps(services, stores()), ...deps };
  return { chunk, result: await createWriteTable(all)(input, never) };
}

async function manifestOf({ run }: WritePlan) {
  const { bucket, prefix } = run.location;
  const text = await readText(services.s3, bucket, generationKey(prefix, run.generation));
  return parseManifest(text!);
}

async function textOf(plan: WritePlan): Promise<string> {
  const { entries } = await manifestOf(plan);
  const texts = entries.map(({ url }) =>
    readText(services.s3, services.bucket, url.slice(`s3://${services.bucket}/`.length)),
  );
  return (await Promise.all(texts)).join('').replaceAll('k,n,word\n', '');
}

async function rowsOf(table: string): Promise<string> {
  const rows = await server.query(`SELECT k, n, word FROM ${table} ORDER BY k, n`);
  return rows.map(({ k, n, word }) => `${k},${n},${word}\n`).join('');
}

it('writes each row once, in the order of its key, and says the keys of each file', async () => {
  await makeTable('plain');
  const plan = await planned(requestOf('plain'));
  expect(await finishRun(services, stores(), plan)).toBe(1);
  expect(await textOf(plan)).toBe(await rowsOf('plain'));
  const { entries, source, totals, generations } = await manifestOf(plan);
  expect(source).toMatchObject({ uri: 'postgres:main/public.plain', etag: '1' });
  expect(totals.rows).toBe(1000);
  expect(entries.map(({ keys }) => keys)).toEqual([
    { first: ['0'], last: ['24'], keys: 25 },
    { first: ['25'], last: ['49'], keys: 25 },
    { first: ['50'], last: ['74'], keys: 25 },
    { first: ['75'], last: ['99'], keys: 25 },
  ]);
  expect(generations[0]?.read?.postgres?.key).toEqual([{ name: 'k', type: 'integer' }]);
  expect(await planRun(services, stores(), requestOf('plain'))).toMatchObject({
    decision: 'complete',
  });
});

it('keeps what a first try has sent, and records that a later one was left out', async () => {
  await makeTable('moved');
  const plan = await planned(requestOf('moved'));
  // The first try sends its object and is lost before its record.
  await expect(write(plan, 0, { openLedger: lostAfterStart() })).rejects.toThrow('killed');
  const before = await rowsOf('moved');
  await server.query("UPDATE moved SET word = 'changed' WHERE k = 3");
  await server.query('DELETE FROM moved WHERE k = 7');
  const { result } = await write(plan, 0);
  expect(result.skipped).toBe(true);
  const place = { client: services.dynamo, table: services.table };
  const tried = { index: 0, tries: 2, planned: '', status: 'failed' } as const;
  const record = await readTryError(place, plan.run.runId, tried);
  expect(record).toMatchObject({ name: 'skipped' });
  expect(record?.message).toContain('an earlier try has sent');
  expect(await finishRun(services, stores(), plan)).toBe(1);
  expect(await textOf(plan)).toBe(before);
  const { entries, totals } = await manifestOf(plan);
  expect(entries[0]?.rowEnd).toBe(250);
  expect(totals.rows).toBe(1000);
});

/** A ledger that takes the start of a chunk and nothing after it. */
function lostAfterStart(): OpenLedger {
  let sent = 0;
  const dynamo = {
    send(command: never) {
      sent += 1;
      return sent > 2 ? Promise.reject(new Error('killed')) : services.dynamo.send(command);
    },
  };
  return ledgersIn(dynamo as unknown as DynamoDBClient, services.table);
}

it('goes on with the plan of an earlier start, whatever rows there are now', async () => {
  await makeTable('again');
  const first = await planned(requestOf('again'));
  const key = planKey(first.run.location.prefix, 1);
  const text = await readText(services.s3, services.bucket, key);
  await server.query('INSERT INTO again SELECT i, i, i::text FROM generate_series(2000, 4000) i');
  const second = await planned(requestOf('again'));
  expect(second.run).toEqual(first.run);
  expect(await readText(services.s3, services.bucket, key)).toBe(text);
  expect(second.summary.warnings[0]).toContain('the plan of an earlier start stands');
  expect(await finishRun(services, stores(), second)).toBe(1);
  expect(await textOf(second)).toBe(await rowsOf('again'));
});

it('goes on where a try of the plan was lost before its chunks were written', async () => {
  await makeTable('halfway');
  const first = await planned(requestOf('halfway'));
  const { prefix } = first.run.location;
  await new BucketContents(services).remove(planKey(prefix, 1));
  await server.query('DELETE FROM halfway WHERE k > 49');
  const second = await planned(requestOf('halfway'));
  expect(second.run).toEqual({ ...first.run, chunks: 2 });
  expect(await finishRun(services, stores(), second)).toBe(1);
  expect(await textOf(second)).toBe(await rowsOf('halfway'));
});

it('is tried again where another try has planned other rows meanwhile', async () => {
  await makeTable('raced');
  const { databases } = stores();
  const request = requestOf('raced');
  // Another try plans and ends while this one has counted.
  const raced: ReadDatabase = async (name, signal, use) => {
    const counted = await databases(name, signal, use);
    await server.query("INSERT INTO raced SELECT 5, i, 'more' FROM generate_series(1, 900) AS i");
    await planned(request);
    return counted;
  };
  const slow = planRun(services, { ...stores(), databases: raced }, request);
  await expect(slow).rejects.toThrow(UploadConflictError);
  const plan = await planned(request);
  expect(await finishRun(services, stores(), plan)).toBe(1);
  expect((await manifestOf(plan)).totals.rows).toBe(1900);
});

it('fails by name where fewer rows come than were expected', async () => {
  await makeTable('fewer');
  const plan = await planned(requestOf('fewer', { expect: { rows: 1000 } }));
  await server.query('DELETE FROM fewer WHERE k < 10');
  await expect(finishRun(services, stores(), plan)).rejects.toThrow(
    'expect.rows is 1000, but the source has 900',
  );
});

it('plans anew for another version, which another generation appends', async () => {
  await makeTable('twice');
  const output = { uri: `s3://${services.bucket}/twice/`, format: 'csv', mode: 'append' };
  const first = await planned(requestOf('twice', { output }));
  expect(await finishRun(services, stores(), first)).toBe(1);
  await server.query('DELETE FROM twice WHERE k > 49');
  const { source } = requestOf('twice');
  const next = { postgres: { ...source.postgres, version: '2' } };
  const second = await planned({ ...requestOf('twice', { output }), source: next });
  expect(await finishRun(services, stores(), second)).toBe(2);
  expect((await manifestOf(second)).totals).toMatchObject({ rows: 1500, chunks: 6 });
});

/** Tries a chunk three times at once, of which two are killed at some time, and then once more. */
async function writeWithKills(plan: WritePlan, chunk: PlannedChunk, random: Random): Promise<void> {
  const deps = { ...stepDeps(services, stores()) };
  const input = parseWriteTableInput({ run: plan.run, chunk });
  const killed = [1, 2].map(async () => {
    const signal = AbortSignal.timeout(random.integer(1, 400));
    await createWriteTable(deps)(input, signal).catch(() => undefined);
  });
  await Promise.all([...killed, createWriteTable(deps)(input, never)]);
  expect(await createWriteTable(deps)(input, never)).toMatchObject({ skipped: true });
}

it('writes 100,000 rows of 5,000 keys as Parquet, whoever is killed, like the table', async () => {
  await server.query(
    `CREATE TABLE many AS SELECT lpad(((i::bigint * i) % 5000)::text, 4, '0') AS k, i AS n, (i % 1000) / 8.0::float8 AS share,
     CASE WHEN i % 9 > 0 THEN md5(i::text) END AS word, date '2020-01-01' + i % 900 AS day,
     (i / 100.0)::numeric(9, 2) AS price FROM generate_series(1, 100000) AS i`,
  );
  const output = { uri: `s3://${services.bucket}/many/`, format: 'parquet' };
  const transform = { sql: 'select *, upper(word) as loud from input' };
  const chunking = { rows: 9000 };
  const plan = await planned(requestOf('many', { output, transform, chunking }));
  const random = createRandom(5);
  const chunks = await chunksOf(plan);
  expect(chunks.length).toBeGreaterThan(8);
  for (const chunk of chunks) await writeWithKills(plan, chunk, random);
  expect(await finishRun(services, stores(), plan)).toBe(1);
  const { entries, totals } = await manifestOf(plan);
  expect(totals.rows).toBe(100_000);
  const wanted = await server.query(
    `SELECT md5(string_agg(concat_ws('|', k, n, share, coalesce(word, '-'), day, price, coalesce(upper(word), '-')), E'\\n' ORDER BY k, n)) AS all FROM many`,
  );
  expect(await digestOf(entries.map(({ url }) => url))).toBe(wanted[0]!['all']);
});

/** Digest of the rows of Parquet files, as the query above prints them. */
async function digestOf(urls: readonly string[]): Promise<unknown> {
  return await withEngine(async (engine, directory) => {
    const paths: string[] = [];
    for (const [at, url] of urls.entries()) {
      const path = join(directory, `${at}.parquet`);
      const { key } = parseS3Uri(url);
      const object = await openObject(services.s3, { bucket: services.bucket, key }, never);
      await writeFile(path, Buffer.concat(await Array.fromAsync(object!.body)));
      paths.push(path);
    }
    const files = paths.map((path) => `'${path}'`).join(', ');
    const line = `concat_ws('|', k, n, CASE WHEN share = floor(share) THEN CAST(CAST(share AS INTEGER) AS VARCHAR) ELSE CAST(share AS VARCHAR) END, coalesce(word, '-'), day, price, coalesce(loud, '-'))`;
    const [row] = await engine.runSelect({
      text: `SELECT md5(string_agg(line, chr(10))) AS all_rows FROM (SELECT ${line} AS line FROM read_parquet([${files}]))`,
    });
    return row!['all_rows'];
  });
}

it('shows keys and files in a dry run, and writes nothing', async () => {
  await makeTable('dry');
  const dry = await planRun(services, stores(), requestOf('dry', { dryRun: true }));
  expect(dry).toMatchObject({
    decision: 'dry-run',
    summary: {
      ...{ chunks: 4, rows: 1000 },
      keys: { keys: 100, rows: 1000, largest: { key: ['0'], rows: 10 } },
    },
  });
});

it('is refused by name where the deployment has no database', async () => {
  const { bucket, table } = services;
  const deps = { ...stepDeps(services, { bucket, table }), connections: [] };
  const input = { request: requestOf('nothing'), executionId: 'x' };
  await expect(createPlanTable(deps)(input, never)).rejects.toThrow(RequestError);
});
