import { describe, expect, it } from 'vitest';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { type ListedObject, proveChunks } from '#core/manifest/prove-chunks.ts';
import { keyOfChunk } from '#core/run/chunk-key.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import { plannedText, rangeText } from '#core/run/planned-chunk.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { type GatherChunk, gatherOriginOf } from '#core/tables/run/gather-chunk.ts';

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
  },
  location: { bucket: 'lake', prefix: 'out/' },
  ...{ generation: 1, base: EMPTY_BASE, chunks: 2, rows: 5 },
  scattered: { mappers: 2, rows: 20 },
};

function chunk(index: number, keys: GatherChunk['keys'], start: number, end: number): GatherChunk {
  return { index, partition: [], within: { start, end }, keys, list: { offset: 0, length: 9 } };
}

const FIRST = { first: ['1', null], last: ['7', 'a'], keys: 3 };
const SECOND = { first: [null, null], last: [null, null], keys: 1 };
const PLAN = [chunk(0, FIRST, 0, 12), chunk(1, SECOND, 12, 20)];

async function* each<T>(items: readonly T[]) {
  yield* items;
}

/** A transform makes of each chunk as many rows as it has keys, and one more of the first. */
const ROWS = [4, 1];

function prove(plan: readonly GatherChunk[], of = run) {
  const ledger = plan.map(
    (planned, at): ChunkRecord => ({
      ...{ index: planned.index, planned: plannedText(planned), tries: 1, status: 'done' },
      ...{ bytes: 100, contentBytes: 100, crc32: '0000002a', etag: 'e', recordCount: ROWS[at] },
      counts: { rejected: 0, filtered: planned.within.end - planned.within.start - ROWS[at]! },
    }),
  );
  const objects = plan.map((planned): ListedObject => {
    return { key: keyOfChunk(run, planned), size: 100 };
  });
  return Array.fromAsync(
    proveChunks(of, { plan: each(plan), ledger: each(ledger), objects: each(objects) }),
  );
}

describe('proveChunks of whole keys', () => {
  it('says of each file its keys and which rows, in their order, it was made of', async () => {
    const entries = await prove(PLAN);
    expect(entries.map(({ url }) => url)).toEqual([
      's3://lake/out/data/chunk-000000.parquet',
      's3://lake/out/data/chunk-000001.parquet',
    ]);
    expect(entries[0]).toMatchObject({ keys: FIRST, within: { start: 0, end: 12 }, rowEnd: 4 });
    expect(entries[1]).toMatchObject({ keys: SECOND, rowStart: 4, rowEnd: 5 });
    expect(entries[1]).not.toHaveProperty('partition');
  });

  it.each([
    [[PLAN[0]!, chunk(1, SECOND, 13, 20)], /a gap before chunk 1/],
    [[PLAN[0]!, chunk(1, SECOND, 12, 19)], /the chunks hold 19 of 20 scattered rows/],
  ])('refuses a plan that has not all rows', async (plan, says) => {
    await expect(prove(plan)).rejects.toThrow(says);
  });

  it('says in words and in the footer of a file which keys there are', () => {
    expect(rangeText(PLAN[0]!)).toBe('keys ["1",null] to ["7","a"]');
    expect(gatherOriginOf('r', PLAN[1]!)).toEqual({
      ...{ 'sparse-fanout.run': 'r', 'sparse-fanout.chunk': '1' },
      'sparse-fanout.keys': JSON.stringify(SECOND),
      'sparse-fanout.within': '{"start":12,"end":20}',
    });
  });
});
