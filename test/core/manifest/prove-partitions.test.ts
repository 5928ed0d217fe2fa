import { describe, expect, it } from 'vitest';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { type ListedObject, proveChunks } from '#core/manifest/prove-chunks.ts';
import { keyOfChunk } from '#core/run/chunk-key.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import { plannedText, rangeText } from '#core/run/planned-chunk.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { type GatherChunk, gatherOriginOf } from '#core/tables/run/gather-chunk.ts';
import { originOf, type TableChunk } from '#core/tables/run/table-chunk.ts';

const run: CountedRun = {
  runId: '0123456789abcdef0123456789abcdef',
  source: { uri: 's3://raw/t/', etag: 'abc', versionId: null, size: 30 },
  facts: {
    ...{ kind: 'table', format: 'csv', objects: 3, bytes: 30, columns: 2 },
    ...{ schema: '0'.repeat(32), engine: 'duckdb-1.5.6' },
  },
  output: {
    kind: 'table',
    file: { format: 'parquet', compression: 'zstd', rowGroupBytes: 1 },
    partitionBy: ['day', 'shop'],
  },
  location: { bucket: 'lake', prefix: 'out/' },
  ...{ generation: 1, base: EMPTY_BASE, chunks: 4, rows: 20 },
  scattered: { mappers: 2, rows: 20 },
};

const list = { offset: 0, length: 9 };

function chunk(index: number, partition: (string | null)[], start: number, end: number) {
  return { index, partition, within: { start, end }, list };
}

const PLAN: readonly GatherChunk[] = [
  chunk(0, ['1', null], 0, 4),
  chunk(1, ['1', null], 4, 9),
  chunk(2, ['1', 'a/b'], 0, 1),
  chunk(3, ['2', '\u{1f600}'], 0, 10),
];

async function* each<T>(items: readonly T[]) {
  yield* items;
}

function prove(plan: readonly GatherChunk[], of = run) {
  const ledger = plan.map(
    (planned): ChunkRecord => ({
      ...{ index: planned.index, planned: plannedText(planned), tries: 1, status: 'done' },
      ...{ bytes: 100, contentBytes: 100, crc32: '0000002a', etag: 'e' },
      recordCount: planned.within.end - planned.within.start,
      counts: { rejected: 0 },
    }),
  );
  const objects = plan.map((planned): ListedObject => {
    return { key: keyOfChunk(run, planned), size: 100 };
  });
  const accounts = { plan: each(plan), ledger: each(ledger), objects: each(objects) };
  return Array.fromAsync(proveChunks(of, accounts));
}

describe('proveChunks of a partitioned table', () => {
  it('says of each file its partition and which rows of it are there', async () => {
    const entries = await prove(PLAN);
    expect(entries.map(({ url }) => url.slice('s3://lake/out/data/'.length))).toEqual([
      'day=1/shop=__HIVE_DEFAULT_PARTITION__/chunk-000000.parquet',
      'day=1/shop=__HIVE_DEFAULT_PARTITION__/chunk-000001.parquet',
      'day=1/shop=a%2Fb/chunk-000002.parquet',
      'day=2/shop=\u{1f600}/chunk-000003.parquet',
    ]);
    expect(entries[1]).toMatchObject({
      partition: { day: '1', shop: null },
      within: { start: 4, end: 9 },
      ...{ rowStart: 4, rowEnd: 9 },
    });
    expect(entries[1]).not.toHaveProperty('range');
  });

  it.each([
    [[0, 2, 3].map((at) => PLAN[at]!), /the plan has a gap before chunk 2/],
    [[PLAN[0]!, chunk(1, ['1', null], 5, 10), PLAN[2]!, PLAN[3]!], /a gap before chunk 1/],
    [[PLAN[0]!, PLAN[1]!, chunk(2, ['1', 'a/b'], 1, 2), PLAN[3]!], /a gap before chunk 2/],
  ])('fails where rows of a partition are missing', async (plan, problem) => {
    await expect(prove(plan)).rejects.toThrow(problem);
  });

  it('fails where there are fewer rows than were scattered', async () => {
    const scattered = { mappers: 2, rows: 21 };
    await expect(prove(PLAN, { ...run, scattered } as CountedRun)).rejects.toThrow(
      'the chunks hold 20 of 21 scattered rows',
    );
  });
});

/** A file of a partition that lies in the keys of the source. */
describe('proveChunks of partitions in keys', () => {
  const position = (object: number) => ({ object, at: 0 });
  const planned = [
    { index: 0, partition: ['1', null], list, start: position(0), end: position(2) },
    { index: 1, partition: ['1', 'a/b'], list, start: position(2), end: position(3) },
  ];
  const { scattered: _, ...whole } = run;
  const direct = { ...whole, chunks: 2, rows: 6 } as CountedRun;

  function proveDirect(plan: readonly TableChunk[]) {
    const ledger = plan.map(
      (chunkOf): ChunkRecord => ({
        ...{ index: chunkOf.index, planned: plannedText(chunkOf), tries: 1, status: 'done' },
        ...{ bytes: 100, contentBytes: 100, crc32: '0000002a', etag: 'e', recordCount: 3 },
        counts: { rejected: 0 },
      }),
    );
    const objects = plan.map((chunkOf) => ({ key: keyOfChunk(direct, chunkOf), size: 100 }));
    const accounts = { plan: each(plan), ledger: each(ledger), objects: each(objects) };
    return Array.fromAsync(proveChunks(direct, accounts));
  }

  it('says of each file its partition and where its rows lie in the source', async () => {
    const entries = await proveDirect(planned);
    expect(entries).toMatchObject([
      {
        url: 's3://lake/out/data/day=1/shop=__HIVE_DEFAULT_PARTITION__/chunk-000000.parquet',
        ...{ partition: { day: '1', shop: null }, range: { start: position(0) } },
      },
      { url: 's3://lake/out/data/day=1/shop=a%2Fb/chunk-000001.parquet', rowStart: 3, rowEnd: 6 },
    ]);
    expect(entries[0]).not.toHaveProperty('within');
    expect(originOf('r', planned[1]!)).toMatchObject({ 'sparse-fanout.partition': '["1","a/b"]' });
  });

  it('fails where an object of the source is in none', async () => {
    const [first, second] = planned;
    const late = { ...second!, start: position(3), end: position(3) };
    await expect(proveDirect([first!, late])).rejects.toThrow('a gap before chunk 1');
    const short = { ...second!, end: position(2) };
    await expect(proveDirect([first!, short])).rejects.toThrow('ends in object 2 of 3');
  });
});

describe('a chunk that gathers', () => {
  it('is named by its partition and rows, in messages and in its file', () => {
    expect(rangeText(PLAN[1]!)).toBe('rows 4 to 9 of partition ["1",null]');
    expect(gatherOriginOf('r', PLAN[1]!)).toEqual({
      'sparse-fanout.run': 'r',
      'sparse-fanout.chunk': '1',
      'sparse-fanout.partition': '["1",null]',
      'sparse-fanout.within': '{"start":4,"end":9}',
    });
  });
});
