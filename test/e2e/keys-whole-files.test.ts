import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { manifestProblems } from '#cli/verify/manifest-problems.ts';
import { rederiveTable } from '#cli/verify/rederive-table.ts';
import { LocalStack } from '#support/local-stack.ts';
import { csvOf, expectedIds, KEYS } from '#support/tables/keyed-records.ts';

let stack: LocalStack;
let directory: string;
let engine: Engine;

const { signal } = new AbortController();

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'keys-'));
  engine = await openEngine({ directory, memoryBytes: 400e6 });
});
afterAll(async () => {
  engine.close();
  await rm(directory, { recursive: true });
});

const SCHEMA = { id: 'bigint', zip: 'int', note: 'text' };
async function rowsOf(url: string) {
  const path = join(directory, `${url.replaceAll(/[^a-z0-9]/g, '-')}.parquet`);
  await writeFile(path, await stack.read(url));
  const rows = await engine.runSelect({ text: `SELECT * FROM read_parquet('${path}')` });
  await rm(path);
  return rows.map((row) => ({ ...row }));
}

async function runAt(name: string) {
  const uri = `s3://${stack.outputBucket}/${name}/_manifest/manifest.json`;
  return await openRunInS3(stack.s3, uri, signal);
}

const outputAt = (name: string, fields: object = {}) => {
  return { uri: `s3://${stack.outputBucket}/${name}/`, ...fields };
};

const whole = { schema: SCHEMA, chunking: { keysWhole: ['zip'] } };

describe('a table whose keys are whole', () => {
  it('becomes files of whole keys, as large as asked for, in the order of the keys', async () => {
    const rows = 3_000;
    for (const part of [0, 1, 2]) {
      await stack.putSource(`k/a/${part}.csv`, csvOf(part * 1_000, part * 1_000 + 1_000, 20_000));
    }
    const source = `s3://${stack.output('SourceBucketName')}/k/a/`;
    const output = outputAt('k/out', { targetFileBytes: 16 * 1024 ** 2 });
    const request = { ...whole, source, expect: { rows }, output };
    const dry = await stack.runToSuccess({ ...request, dryRun: true });
    await stack.runToSuccess(request);
    const run = await runAt('k/out');
    const { entries, totals } = run.manifest;
    expect(entries.length).toBeGreaterThan(1);
    expect(dry.output.summary).toMatchObject({
      ...{ chunks: entries.length, rows, keys: { keys: KEYS } },
      shuffle: { mappers: 1, reads: entries.length },
    });
    expect(totals.rows).toBe(rows);
    const ids: number[] = [];
    for (const { url, keys, within, meta } of entries) {
      const read = await rowsOf(url);
      expect(within).toEqual({ start: ids.length, end: ids.length + read.length });
      const zips = read.map(({ zip }) => (zip === null ? null : String(zip)));
      const size = new Set(zips).size;
      expect(keys).toEqual({ first: [zips[0]], last: [zips.at(-1)], keys: size });
      expect(meta.content_length / 16 / 1024 ** 2).toBeLessThan(1.25);
      ids.push(...read.map(({ id }) => Number(id)));
    }
    expect(ids).toEqual(expectedIds(rows));
    expect(manifestProblems(run)).toEqual([]);
    const [, { keys, within }] = entries as [unknown, (typeof entries)[number]];
    const moved = { ...entries[1]!, keys, within: { ...within!, start: 0 } };
    const manifest = { ...run.manifest, entries: [entries[0]!, moved, ...entries.slice(2)] };
    expect(manifestProblems({ ...run, manifest })).toContain(
      `chunk 1 begins at row 0 of all keys, not at row ${within!.start}`,
    );
    expect(
      (await stack.keys('_shuffle/')).filter((key) =>
        key.includes(run.manifest.generations[0]!.runId),
      ),
    ).toEqual([]);
    const { output: spec } = run.manifest;
    if (spec.kind !== 'table') throw new Error('no table');
    const given = { locations: [source], file: spec.file, functions: new Map() };
    await expect(rederiveTable(run, given, { sample: 1, seed: 1 }, signal)).rejects.toThrow(
      'the files have keys whole (chunking.keysWhole)',
    );
  }, 240_000);
});
