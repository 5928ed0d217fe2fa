import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyRun } from '#cli/commands/verify.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { findUnlisted } from '#cli/prune/prune.ts';
import { s3Output } from '#cli/prune/s3-output.ts';
import { rederiveTable } from '#cli/verify/rederive-table.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;
let directory: string;

const signal = new AbortController().signal;

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'overwrite-partitions-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Records of CSV, `id,day`. */
function csvOf(rows: readonly (readonly [number, string])[]): Buffer {
  return Buffer.from(`id,day\n${rows.map((row) => `${row.join(',')}\n`).join('')}`);
}

const FIRST = csvOf([
  ...[1, 2, 3].map((id) => [id, '2026-11-28'] as const),
  ...[4, 5].map((id) => [id, '2026-11-29'] as const),
  [6, ''],
]);

async function add(name: string, bytes: Buffer, output: object = {}, fields: object = {}) {
  const source = await stack.putSource(`op/${name}.csv`, bytes);
  const uri = `s3://${stack.outputBucket}/op/out/`;
  const mode = 'overwrite-partitions';
  return await stack.run({
    ...{ source, schema: { id: 'int', day: 'date' }, ...fields },
    output: { uri, partitionBy: ['day'], mode, ...output },
  });
}

async function problemOf(run: ReturnType<typeof add>): Promise<string> {
  const { status, cause } = await run;
  expect(status).toBe('FAILED');
  return (JSON.parse(cause ?? '{}') as { readonly errorMessage: string }).errorMessage;
}

const opened = (manifest = 'manifest.json') =>
  openRunInS3(stack.s3, `s3://${stack.outputBucket}/op/out/_manifest/${manifest}`, signal);

async function filesOf(manifest?: string): Promise<string[]> {
  const run = await opened(manifest);
  await verifyRun(run, { sample: 0, seed: 0 }, signal);
  return run.manifest.entries.map(
    ({ url, rowStart, rowEnd }) => `${url.split('/op/out/')[1]} ${rowStart} ${rowEnd}`,
  );
}

const NULL = 'day=__HIVE_DEFAULT_PARTITION__';

describe('output.mode overwrite-partitions', () => {
  it('begins an output, then replaces the partitions that a run has, and no other', async () => {
    expect(await add('one', FIRST)).toMatchObject({ status: 'SUCCEEDED' });
    const begun = [
      'data/day=2026-11-28/chunk-000000.parquet 0 3',
      'data/day=2026-11-29/chunk-000001.parquet 3 5',
      `data/${NULL}/chunk-000002.parquet 5 6`,
    ];
    expect(await filesOf()).toEqual(begun);
    const two = csvOf([
      [7, '2026-11-28'],
      [8, '2026-11-30'],
    ]);
    expect(await add('two', two, {}, { expect: { rows: 2 } })).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(await filesOf()).toEqual([
      'data/day=2026-11-29/chunk-000001.parquet 0 2',
      `data/${NULL}/chunk-000002.parquet 2 3`,
      'data-g000002/day=2026-11-28/chunk-000002.parquet 3 4',
      'data-g000002/day=2026-11-30/chunk-000003.parquet 4 5',
    ]);
    expect(await filesOf('manifest-000001.json')).toEqual(begun);
  }, 120_000);

  it('is appended to, in its folder, and shows prune what nothing lists any more', async () => {
    await add('three', csvOf([[9, '']]), { mode: 'append' });
    expect((await filesOf()).at(-1)).toBe(`data-g000002/${NULL}/chunk-000004.parquet 5 6`);
    expect((await opened()).manifest).toMatchObject({ since: 2, generation: 3 });
    const output = s3Output(stack.s3, `s3://${stack.outputBucket}/op/out/`, signal);
    expect((await Array.fromAsync(findUnlisted(output))).map(({ key }) => key)).toEqual([
      'data/day=2026-11-28/chunk-000000.parquet',
    ]);
  }, 120_000);

  it('proves what is left of a generation by its source, and is complete for it', async () => {
    const path = join(directory, 'one.csv');
    await writeFile(path, FIRST);
    const run = await opened();
    const { output } = run.manifest;
    if (output.kind !== 'table') throw new Error('no table');
    const given = { locations: [path], file: output.file, functions: new Map() };
    expect(await rederiveTable(run, given, { sample: 1, seed: 1 }, signal)).toEqual([0, 1]);
    const again = await add('one', FIRST, {}, { expect: { rows: 6 } });
    expect(again.output).toMatchObject({ decision: 'complete' });
  }, 120_000);

  it('removes a run of which nothing is left, which cannot be brought back', async () => {
    const all = csvOf(['2026-11-28', '2026-11-30', ''].map((day, id) => [id, day] as const));
    await add('four', all);
    const { manifest } = await opened();
    expect(manifest.generations.map(({ generation, gone }) => [generation, gone])).toEqual([
      [1, { chunks: 2, rows: 4 }],
      [4, undefined],
    ]);
    expect(manifest.replaced?.map(({ generation }) => generation)).toEqual([2, 3]);
    expect(await filesOf()).toHaveLength(4);
    const two = csvOf([
      [7, '2026-11-28'],
      [8, '2026-11-30'],
    ]);
    expect(await problemOf(add('two', two, {}, { expect: { rows: 2 } }))).toMatch(
      /was generation 2 of .*, whose rows generation 4 has replaced since/,
    );
  }, 120_000);

  it('is refused by name where the output is another one, and where there are no rows', async () => {
    const row = csvOf([[1, '2026-11-28']]);
    const schema = { id: 'bigint', day: 'date' };
    expect(await problemOf(add('x', row, {}, { schema }))).toMatch(
      /partitions of .*\/op\/out\/ cannot be replaced: .*column 1 is "id BIGINT", there "id INTEGER"/,
    );
    expect(await problemOf(add('y', row, { partitionBy: ['id'] }))).toMatch(
      /output.partitionBy is "id", there "day"/,
    );
    expect(await problemOf(add('z', row, { partitionBy: undefined }))).toMatch(
      /'overwrite-partitions' without output.partitionBy/,
    );
    const before = await filesOf();
    expect(await problemOf(add('empty', csvOf([])))).toMatch(/the table has no rows, so/);
    expect(await filesOf()).toEqual(before);
  }, 120_000);
});
