import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;
let directory: string;
let engine: Engine;

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'partitions-'));
  engine = await openEngine({ directory, memoryBytes: 400e6 });
});
afterAll(async () => {
  engine.close();
  await rm(directory, { recursive: true });
});

const SCHEMA = { id: 'bigint', day: 'date', city: 'text' };
const DAYS = ['2026-11-28', '2026-11-29', ''];

/** Records `start <= id < end` of CSV, of three days in turn, of which one is NULL. */
function csvOf(start: number, end: number): Buffer {
  const rows = Array.from({ length: end - start }, (_, i) => {
    const id = start + i;
    return `${id},${DAYS[id % 3]},${id % 5 === 0 ? `"a, ${id}"` : `b/c ${id}`}\n`;
  });
  return Buffer.from(`id,day,city\n${rows.join('')}`);
}

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

async function rowsOf(url: string) {
  const path = join(directory, `${url.replaceAll(/[^a-z0-9]/g, '-')}.parquet`);
  await writeFile(path, await stack.read(url));
  const rows = await engine.runSelect({ text: `SELECT * FROM read_parquet('${path}')` });
  return rows.map((row) => ({ ...row }));
}

/** Why a request is refused. */
async function refusalOf(request: object): Promise<string> {
  const { cause } = await stack.run(request);
  return (JSON.parse(cause ?? '{}') as { readonly errorMessage: string }).errorMessage;
}

const outputAt = (name: string, fields: object = {}) => {
  return { uri: `s3://${stack.outputBucket}/${name}/`, partitionBy: ['day'], ...fields };
};

describe('a partitioned table', () => {
  it('becomes folders of Parquet files without the columns of partitions, in order', async () => {
    for (const part of [0, 1, 2]) {
      await stack.putSource(`p/a/part-${part}.csv`, csvOf(part * 100, part * 100 + 100));
    }
    const source = `s3://${stack.output('SourceBucketName')}/p/a/`;
    const request = { source, schema: SCHEMA, expect: { rows: 300 } };
    await stack.runToSuccess({ ...request, output: outputAt('p/out') });
    const { entries, ...manifest } = await manifestOf('p/out');
    expect(manifest).toMatchObject({
      totals: { chunks: 3, rows: 300 },
      output: { partitionBy: ['day'] },
    });
    const folder = `s3://${stack.outputBucket}/p/out/data/`;
    expect(entries.map(({ url, partition, within }) => ({ url, partition, within }))).toEqual(
      [
        { day: '2026-11-28', folder: 'day=2026-11-28' },
        { day: '2026-11-29', folder: 'day=2026-11-29' },
        { day: null, folder: 'day=__HIVE_DEFAULT_PARTITION__' },
      ].map(({ day, folder: own }, index) => ({
        url: `${folder}${own}/chunk-00000${index}.parquet`,
        partition: { day },
        within: { start: 0, end: 100 },
      })),
    );
    for (const [day, { url }] of entries.entries()) {
      const rows = await rowsOf(url);
      expect(rows.map(({ id }) => Number(id))).toEqual(
        Array.from({ length: 100 }, (_, k) => 3 * k + day),
      );
      expect(Object.keys(rows[0]!)).toEqual(['id', 'city']);
    }
  }, 120_000);

  it('is appended to and overwritten by generations, and nothing is left of the shuffle', async () => {
    const run = async (name: string, bytes: Buffer, fields: object) => {
      const source = await stack.putSource(`p/g/${name}.csv`, bytes);
      const request = { source, schema: SCHEMA, output: outputAt('p/gen', fields) };
      return await stack.runToSuccess(request);
    };
    await run('one', csvOf(0, 30), {});
    await run('two', csvOf(30, 31), { mode: 'append' });
    const { entries, totals } = await manifestOf('p/gen');
    expect(totals).toMatchObject({ chunks: 4, rows: 31 });
    expect(entries.at(-1)).toMatchObject({
      url: `s3://${stack.outputBucket}/p/gen/data/day=2026-11-28/chunk-000003.parquet`,
      ...{ rowStart: 30, rowEnd: 31, within: { start: 0, end: 1 } },
    });
    await run('three', csvOf(0, 2), { mode: 'overwrite' });
    const overwritten = await manifestOf('p/gen');
    expect(overwritten.entries.map(({ url }) => url)).toEqual([
      `s3://${stack.outputBucket}/p/gen/data-g000003/day=2026-11-28/chunk-000000.parquet`,
      `s3://${stack.outputBucket}/p/gen/data-g000003/day=2026-11-29/chunk-000001.parquet`,
    ]);
    const { generations } = await manifestOf('p/out');
    const runs = [...generations, ...overwritten.generations].map(({ runId }) => runId);
    const left = (await stack.keys('_shuffle/')).filter((key) =>
      runs.some((id) => key.includes(id)),
    );
    expect(left).toEqual([]);
    const plain = { source: await stack.putSource('p/g/x.csv', csvOf(0, 3)), schema: SCHEMA };
    const uri = `s3://${stack.outputBucket}/p/gen/`;
    expect(await refusalOf({ ...plain, output: { uri, mode: 'append' } })).toMatch(
      /output.partitionBy is "none", there "day"/,
    );
  }, 120_000);

  it('counts what a transform leaves out and what is rejected, and keeps the rejected', async () => {
    const bad = Buffer.concat([csvOf(0, 30), Buffer.from('x,2026-11-28,bad\n')]);
    const source = await stack.putSource('p/sql.csv', bad);
    const sql = 'select id, day, upper(city) as town from input where id >= 9';
    const request = { source, schema: SCHEMA, transform: { sql }, onBadRow: 'reject' };
    await stack.runToSuccess({ ...request, output: outputAt('p/sql', { format: 'csv' }) });
    const { entries, totals } = await manifestOf('p/sql');
    expect(totals).toMatchObject({ rows: 21, counts: { rejected: 1, filtered: 9 } });
    const [first] = entries;
    expect((await stack.read(first!.rejects!)).toString()).toContain('"text":"x"');
    expect((await stack.read(first!.url)).toString()).toBe(
      `id,town\n${[9, 12, 15, 18, 21, 24, 27].map((id) => `${id},${id % 5 === 0 ? `"A, ${id}"` : `B/C ${id}`}\n`).join('')}`,
    );
  }, 120_000);

  it('is planned by a dry run, and refused where it cannot be', async () => {
    const source = await stack.putSource('p/dry.csv', csvOf(0, 300));
    const request = { source, schema: SCHEMA, output: outputAt('p/dry') };
    const dry = await stack.runToSuccess({ ...request, dryRun: true });
    expect(dry.output.summary).toMatchObject({ chunks: 3, partitions: 3, rows: 300 });
    const refused = async (partitionBy: string[], fields: object = {}) => {
      const output = { ...outputAt('p/bad'), partitionBy, ...fields };
      return expect(await refusalOf({ ...request, output }));
    };
    (await refused(['nowhere'])).toMatch(/partitionBy names "nowhere", but the columns are/);
    (await refused(['id', 'day', 'city'])).toMatch(/names all columns/);
    (await refused(['day'], { files: 3 })).toMatch(/either partitionBy or files/);
    (await refused(['day'], { companions: ['hive'] })).toMatch(/MSCK REPAIR TABLE/);
    (await refused(['day', 'day'])).toMatch(/each once/);
    const empty = await stack.putSource('p/empty.csv', Buffer.from('id,day,city\n'));
    expect(await refusalOf({ ...request, source: empty, output: outputAt('p/empty') })).toMatch(
      /the table has no rows, so there is no partition to write/,
    );
    const blank = await stack.putSource('p/blank.csv', Buffer.from('id,day,city\n1,,""\n'));
    const byCity = outputAt('p/blank', { partitionBy: ['city'] });
    await expect(stack.runToSuccess({ ...request, source: blank, output: byCity })).rejects.toThrow(
      /of output.partitionBy holds .*which Hive and Spark read as NULL/,
    );
  }, 120_000);

  it('goes on with what was scattered, is started twice at once, and again when it is done', async () => {
    const source = await stack.putSource('p/twice.csv', csvOf(0, 90));
    const request = { source, schema: SCHEMA, output: outputAt('p/twice') };
    const before = await stack.keys('_shuffle/');
    const Bucket = stack.outputBucket;
    const Key = 'p/twice/data/day=2026-11-29/chunk-000001.parquet';
    await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
    expect(await stack.run(request)).toMatchObject({ status: 'FAILED' });
    const left = (await stack.keys('_shuffle/')).filter((key) => !before.includes(key));
    const layout = left.find((key) => key.endsWith('source.json'));
    expect(left.some((key) => key.endsWith('.parquet'))).toBe(true);
    for (const gone of [Key, layout]) {
      await stack.s3.send(new DeleteObjectCommand({ Bucket, Key: gone }));
    }
    const twins = await Promise.all(
      [7, 300].map((concurrency) => stack.run({ ...request, limits: { concurrency } })),
    );
    expect(twins.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect((await manifestOf('p/twice')).totals).toMatchObject({ chunks: 3, rows: 90 });
    const again = await stack.runToSuccess(request);
    expect(again.output).toMatchObject({ decision: 'complete' });
    expect(await stack.keys('_shuffle/')).toEqual(before);
  }, 120_000);

  it('refuses folders and keys that are too long before a plan is there', async () => {
    const csvWith = (city: string) => Buffer.from(`id,day,city\n1,,${city}\n`);
    const uri = `s3://${stack.outputBucket}/${'x'.repeat(900)}/`;
    const long = await stack.putSource('p/y.csv', csvWith('y'.repeat(150)));
    expect(
      await refusalOf({
        ...{ source: long, schema: SCHEMA },
        output: outputAt('', { uri, partitionBy: ['city'] }),
      }),
    ).toMatch(/would have keys of 1\d+ bytes, at most 1024 are allowed; give a shorter output.uri/);
    const source = await stack.putSource('p/z.csv', csvWith('z'.repeat(40_000)));
    await expect(
      stack.runToSuccess({
        ...{ source, schema: SCHEMA },
        output: outputAt('p/longer', { partitionBy: ['city'] }),
      }),
    ).rejects.toThrow(/holds a value of 40000 bytes, but a folder has at most 255/);
  }, 120_000);
});
