import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunInS3, type StoredRun } from '#cli/outputs/stored-run.ts';
import { manifestProblems } from '#cli/verify/manifest-problems.ts';
import { rederiveTable } from '#cli/verify/rederive-table.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;
let directory: string;
let engine: Engine;
let source: string;

const TEXT = `id,day\n${Array.from({ length: 90 }, (_, id) => `${id},${'abc'[id % 3]}\n`).join('')}`;
const signal = new AbortController().signal;

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'verify-partitions-'));
  engine = await openEngine({ directory, memoryBytes: 400e6 });
  source = join(directory, 'a.csv');
  await writeFile(source, TEXT);
});
afterAll(async () => {
  engine.close();
  await rm(directory, { recursive: true });
});

async function written(name: string, output: object = {}): Promise<StoredRun> {
  const uri = `s3://${stack.outputBucket}/v/${name}/`;
  await stack.runToSuccess({
    ...{ source: await stack.putSource(`v/${name}.csv`, Buffer.from(TEXT)) },
    schema: { id: 'int', day: 'text' },
    output: { uri, partitionBy: ['day'], ...output },
  });
  return await openRunInS3(stack.s3, `${uri}_manifest/manifest.json`, signal);
}

async function compared(run: StoredRun): Promise<number[]> {
  const { output } = run.manifest;
  if (output.kind !== 'table') throw new Error('no table');
  const given = { locations: [source], file: output.file, functions: new Map() };
  return await rederiveTable(run, given, { sample: 1, seed: 1 }, signal);
}

/** A run in which another file lies in the place of its second one. */
function withSecond(run: StoredRun, sql: string): StoredRun {
  return {
    ...run,
    withChunk: async (entry, use) => {
      if (entry.index !== 1) return await run.withChunk(entry, use);
      const path = join(directory, 'other.parquet');
      const form = { format: 'parquet', compression: 'none', rowGroupRows: 2048 } as const;
      await engine.writeSelect({ text: sql }, { path, ...form });
      const bytes = await readFile(path);
      await rm(path);
      return await use(memorySource(bytes, entry.url));
    },
  };
}

const OF_SECOND = 'SELECT CAST(3 * i + 1 AS INTEGER) AS id FROM range(30) AS t(i)';

describe('verify of a partitioned table', () => {
  it('compares all rows of each partition with the source, and their order', async () => {
    const run = await written('whole');
    expect(manifestProblems(run)).toEqual([]);
    expect(await compared(run)).toEqual([0, 1, 2]);
    expect(await compared(withSecond(run, OF_SECOND))).toEqual([0, 1, 2]);
    await expect(compared(withSecond(run, `${OF_SECOND} ORDER BY id DESC`))).rejects.toThrow(
      'partition day=b/ has the rows of the source in another order',
    );
    await expect(compared(withSecond(run, `${OF_SECOND} WHERE i < 29`))).rejects.toThrow(
      'partition day=b/ has 29 rows, the source gives 30',
    );
    await expect(compared(withSecond(run, OF_SECOND.replace('+ 1', '+ 2')))).rejects.toThrow(
      'partition day=b/ has other rows than the source gives',
    );
  }, 120_000);

  it('finds chunks that are not what their partitions have', async () => {
    const run = await written('listed');
    const { manifest } = run;
    const changed = (change: object) => {
      const entries = manifest.entries.map((entry, at) =>
        at === 1 ? { ...entry, ...change } : entry,
      );
      return manifestProblems({ ...run, manifest: { ...manifest, entries } });
    };
    expect(changed({ partition: { day: 'c' } })).toContain(
      'chunk 1 lies in another folder than that of its partition, day=c/',
    );
    expect(changed({ within: { start: 1, end: 31 } })).toContain(
      'chunk 1 begins at row 1 of its partition, not at row 0',
    );
    expect(changed({ within: { start: 0, end: 31 } })).toContain(
      'chunk 1 says two different numbers of rows',
    );
    expect(changed({ within: undefined })).toContain(
      'chunk 1 does not say of which partition it is',
    );
  }, 120_000);

  it('compares no texts, whose types are lost', async () => {
    await expect(compared(await written('texts', { format: 'csv' }))).rejects.toThrow(
      'verify --source compares partitioned tables of Parquet, these files are csv; leave out --source',
    );
  }, 120_000);
});
