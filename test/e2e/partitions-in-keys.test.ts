import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyRun } from '#cli/commands/verify.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { rederiveTable } from '#cli/verify/rederive-table.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;
let directory: string;

const signal = new AbortController().signal;

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'partitions-in-keys-'));
});
afterAll(() => rm(directory, { recursive: true }));

const SCHEMA = { id: 'int', day: 'date' };

/** Puts objects of CSV with an id in each row into a folder. */
async function putDays(place: string, objects: Readonly<Record<string, readonly number[]>>) {
  for (const [key, ids] of Object.entries(objects)) {
    await stack.putSource(
      `${place}${key}`,
      Buffer.from(`id\n${ids.map((id) => `${id}\n`).join('')}`),
    );
  }
  return `s3://${stack.output('SourceBucketName')}/${place}`;
}

const outputAt = (name: string, fields: object = {}) => {
  return { uri: `s3://${stack.outputBucket}/pk/${name}/`, partitionBy: ['day'], ...fields };
};

const opened = (name: string) =>
  openRunInS3(stack.s3, `s3://${stack.outputBucket}/pk/${name}/_manifest/manifest.json`, signal);

async function filesOf(name: string) {
  const run = await opened(name);
  await verifyRun(run, { sample: 0, seed: 0 }, signal);
  return run.manifest.entries.map(
    ({ url, rowStart, rowEnd }) => `${url.split(`/pk/${name}/`)[1]} ${rowStart} ${rowEnd}`,
  );
}

const FIRST = {
  'day=2026-11-28/a.csv': [1, 2],
  'day=2026-11-28/b.csv': [3],
  'day=2026-11-29/a.csv': [4],
  'day=__HIVE_DEFAULT_PARTITION__/a.csv': [5],
};

describe('partitions that lie in the keys of the source', () => {
  it('are written without a shuffle, in order, and replaced by overwrite-partitions', async () => {
    const source = await putDays('pk/one/', FIRST);
    const request = { source, schema: SCHEMA, expect: { rows: 5 } };
    const planned = await stack.runToSuccess({ ...request, output: outputAt('a'), dryRun: true });
    expect(planned.output).toMatchObject({
      decision: 'dry-run',
      summary: { chunks: 3, partitions: 3, shuffle: { mappers: 0, reads: 0 } },
    });
    const before = await stack.keys('_shuffle/');
    await stack.runToSuccess({ ...request, output: outputAt('a') });
    expect(await stack.keys('_shuffle/')).toEqual(before);
    expect(await filesOf('a')).toEqual([
      'data/day=2026-11-28/chunk-000000.parquet 0 3',
      'data/day=2026-11-29/chunk-000001.parquet 3 4',
      'data/day=__HIVE_DEFAULT_PARTITION__/chunk-000002.parquet 4 5',
    ]);
    const again = await putDays('pk/two/', { 'day=2026-11-29/a.csv': [6, 7] });
    const mode = { mode: 'overwrite-partitions', companions: ['iceberg'] };
    await stack.runToSuccess({ source: again, schema: SCHEMA, output: outputAt('a', mode) });
    expect(await filesOf('a')).toEqual([
      'data/day=2026-11-28/chunk-000000.parquet 0 3',
      'data/day=__HIVE_DEFAULT_PARTITION__/chunk-000002.parquet 3 4',
      'data-g000002/day=2026-11-29/chunk-000002.parquet 4 6',
    ]);
  }, 120_000);

  it('are verified by their source', async () => {
    const run = await opened('a');
    const { output } = run.manifest;
    if (output.kind !== 'table') throw new Error('no table');
    const folder = join(directory, 'day=2026-11-29');
    await mkdir(folder);
    const compared = async (text: string) => {
      await writeFile(join(folder, 'a.csv'), text);
      const given = { locations: [`${directory}/`], file: output.file, functions: new Map() };
      return await rederiveTable(run, given, { sample: 1, seed: 1 }, signal);
    };
    expect(await compared('id\n6\n7\n')).toEqual([2]);
    await expect(compared('id\n7\n6\n')).rejects.toThrow('rows of the source in another order');
  }, 120_000);

  it('are shuffled where a transform makes the rows', async () => {
    const source = await putDays('pk/sql/', { 'day=2026-11-28/a.csv': [1, 2] });
    const sql = 'SELECT id, day + id AS day FROM input';
    const request = { source, schema: SCHEMA, transform: { sql }, output: outputAt('sql') };
    const planned = await stack.runToSuccess({ ...request, dryRun: true });
    expect(planned.output).toMatchObject({ summary: { shuffle: { mappers: 1 } } });
    await stack.runToSuccess(request);
    expect(await filesOf('sql')).toEqual([
      'data/day=2026-11-29/chunk-000000.parquet 0 1',
      'data/day=2026-11-30/chunk-000001.parquet 1 2',
    ]);
  }, 120_000);

  it('are refused where a row says otherwise than its folder', async () => {
    const key = 'pk/json/day=2026-11-28/a.jsonl';
    await stack.putSource(key, Buffer.from('{"id":1}\n{"id":2,"day":"2026-11-29"}\n'));
    const source = `s3://${stack.output('SourceBucketName')}/pk/json/`;
    const request = { source, schema: SCHEMA, output: outputAt('json') };
    expect(await stack.run(request)).toMatchObject({ status: 'FAILED' });
    const sql = 'SELECT * FROM input';
    await stack.runToSuccess({ ...request, transform: { sql }, output: outputAt('json-sql') });
    expect(await filesOf('json-sql')).toHaveLength(2);
  }, 120_000);
});
