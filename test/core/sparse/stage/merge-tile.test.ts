import { describe, expect, test } from 'vitest';
import { CorruptSourceError, RequestError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import {
  CONVERSION_BOUNDS,
  type ConversionBounds,
  sortedEntriesOf,
} from '#core/sparse/stage/conversion-bounds.ts';
import { resolveConversion, stageConversion } from '#core/sparse/stage/convert.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import { withCountedReads } from './counted-store.ts';
import { entrySource, oracle, type PlainEntries, SAMPLE } from './plain-entries.ts';
import { runConversion, stackParts, TINY } from './run-conversion.ts';

/** A part has 64 entries of float64, a block 8. */
const BOUNDS: ConversionBounds = {
  ...CONVERSION_BOUNDS,
  sortBytes: 64 * 16,
  blockEntries: 8,
  rowGroups: 1024,
  directPairs: 0,
  tileSide: 6,
};

const COUNT = 36 * 64;

/** 36 segments of 64 entries. */
function matrixOf(rowOf: (entry: number) => number): PlainEntries {
  return {
    ...SAMPLE,
    shape: [720, 3],
    rows: Array.from({ length: COUNT }, (_, i) => rowOf(i)),
    columns: Array.from({ length: COUNT }, (_, i) => i % 3),
    values: Array.from({ length: COUNT }, (_, i) => i),
    segments: 36,
    batchEntries: 20,
  };
}

const MATRICES = [
  ['in no order', matrixOf((i) => (i * 7919) % 720)],
  ['in the order of its rows', matrixOf((i) => Math.floor((i * 720) / COUNT))],
  ['of nearly one row', matrixOf((i) => (i % 9 === 0 ? i % 720 : 300))],
] as const;

/** Requests of all jobs of the rounds `merge` and `gather`. */
interface Requests {
  readonly reads: number;
  readonly lists: number;
}

const PAGE = 1000;

/**
 * At most so many requests, for any matrix whose parts fit into one job. Each job reads the bounds
 * of the parts once. A merge then reads the places in each segment, and each segment once per
 * window; a window is full, or begins with a part that does not fit behind the one before. A gather
 * reads its place in each tile, then the rows of each block, then the blocks. A block ends where a
 * part of a tile or a full block does.
 */
function mostRequests(segments: number, parts: number, bounds: ConversionBounds): Requests {
  const { tileSide, blockEntries } = bounds;
  const sorted = sortedEntriesOf('float64', bounds);
  const groups = Math.ceil(segments / tileSide);
  const tiles = groups * Math.ceil(parts / tileSide);
  const windows = tiles + 2 * segments;
  const blocks = parts * groups + segments * Math.ceil(sorted / blockEntries);
  const merging = tiles * (1 + tileSide) + windows * tileSide;
  const gathering = parts * (1 + groups) + 2 * blocks;
  const lists = tiles * Math.ceil(segments / PAGE) + parts * Math.ceil(groups / PAGE);
  return { reads: merging + gathering, lists };
}

async function jobsOf(entries: EntrySource, bounds: ConversionBounds) {
  const staged = memoryStageStore();
  const { parts, rounds } = await runConversion(entries, staged, bounds);
  const jobs = rounds.flat().filter(({ round }) => round === 'merge' || round === 'gather');
  return { staged, parts, rounds, jobs };
}

async function countReads(plain: PlainEntries, bounds: ConversionBounds) {
  const { staged, jobs, parts } = await jobsOf(entrySource(plain), bounds);
  const { store, reads } = withCountedReads(staged);
  for (const job of jobs) await stageConversion(entrySource(plain), store, job, bounds);
  return { reads: reads().filter((length) => length > 0).length, parts: parts.length };
}

describe('merging', () => {
  test.each(MATRICES)('gives the same parts of a matrix %s as without it', async (_, plain) => {
    const direct = await jobsOf(entrySource(plain), { ...BOUNDS, directPairs: 1e9 });
    const merged = await jobsOf(entrySource(plain), BOUNDS);
    expect(stackParts(merged.staged, merged.parts)).toEqual(oracle(plain));
    const csr = ({ staged }: typeof direct) =>
      [...staged.objects].filter(([name]) => name.startsWith('csr/')).sort();
    expect(csr(merged)).toEqual(csr(direct));
    expect(direct.rounds.flat().map(({ round }) => round)).not.toContain('merge');
    expect([...new Set(merged.rounds.flat().map(({ round }) => round))]).toEqual([
      'scan',
      'buckets',
      'scatter',
      'merge',
      'gather',
    ]);
  });

  test('begins with one pair of a segment and a part more than are read directly', async () => {
    const entries = entrySource(MATRICES[0][1]);
    const { parts } = await jobsOf(entries, BOUNDS);
    const roundsOf = async (directPairs: number) =>
      (await jobsOf(entries, { ...BOUNDS, directPairs })).rounds.length;
    expect(await roundsOf(36 * parts.length)).toBe(4);
    expect(await roundsOf(36 * parts.length - 1)).toBe(5);
  });

  test('returns only the jobs whose tiles are missing', async () => {
    const entries = entrySource(MATRICES[0][1]);
    const { staged, jobs } = await jobsOf(entries, BOUNDS);
    const merges = jobs.filter(({ round }) => round === 'merge');
    expect(merges.length).toBeGreaterThan(30);
    for (const name of [...staged.objects.keys()]) {
      if (name.startsWith('csr/')) staged.objects.delete(name);
    }
    staged.objects.delete('merge/000001/000002.bin');
    const missing: StageJob = { round: 'merge', index: 6 + 2 };
    expect(await resolveConversion(entries, staged, BOUNDS)).toEqual({ jobs: [missing] });
    await stageConversion(entries, staged, missing, BOUNDS);
    expect(await resolveConversion(entries, staged, BOUNDS)).toMatchObject({
      jobs: jobs.filter(({ round }) => round === 'gather').map(({ index }) => ({ index })),
    });
  });
});

describe('merging fails', () => {
  test('if what it needs was removed', async () => {
    const entries = entrySource(MATRICES[0][1]);
    const { staged } = await jobsOf(entries, BOUNDS);
    staged.objects.delete('scatter/000007.bin');
    const merge = stageConversion(entries, staged, { round: 'merge', index: 1 }, BOUNDS);
    await expect(merge).rejects.toThrow(CorruptSourceError);
    await expect(merge).rejects.toThrow('what was staged of list lacks scatter/000007.bin;');
    staged.objects.delete('merge/000000/000003.bin');
    const gather = stageConversion(entries, staged, { round: 'gather', index: 5 }, BOUNDS);
    await expect(gather).rejects.toThrow('what was staged of list lacks merge/000000/000003.bin;');
  });

  test('on a job that there is not', async () => {
    const entries = entrySource(SAMPLE);
    const { staged } = await jobsOf(entries, { ...TINY, directPairs: 0 });
    const merge = (index: number, directPairs: number) =>
      stageConversion(entries, staged, { round: 'merge', index }, { ...TINY, directPairs });
    await expect(merge(0, 1e9)).rejects.toThrow(RequestError);
    await expect(merge(0, 1e9)).rejects.toThrow('list is merged to 0 tiles, so there is no job 0');
    await expect(merge(8, 0)).rejects.toThrow('list is merged to 8 tiles, so there is no job 8');
  });
});

describe('the requests of merging and gathering', () => {
  test.each(MATRICES.slice(0, 2))('are bounded for a matrix %s', async (_, plain) => {
    const { reads, parts } = await countReads(plain, BOUNDS);
    expect(parts).toBeGreaterThanOrEqual(36);
    const most = mostRequests(36, parts, BOUNDS).reads;
    expect(reads).toBeLessThanOrEqual(most);
    expect(reads).toBeGreaterThan(most / 4);
    const direct = await countReads(plain, { ...BOUNDS, directPairs: 1e9 });
    if (plain === MATRICES[0][1]) expect(direct.reads).toBeGreaterThan(1.5 * reads);
  });

  test('cost less than $5 at the bound of 10,000 segments and as many parts', () => {
    const { maxTasks, directPairs } = CONVERSION_BOUNDS;
    const { reads, lists } = mostRequests(maxTasks, maxTasks, CONVERSION_BOUNDS);
    // Each of the jobs makes one HEAD request too.
    const heads = 2 * maxTasks;
    // Prices of S3 in us-east-1, in dollars per million.
    const dollars = (0.4 * (reads + heads) + 5 * lists) / 1e6;
    expect(dollars).toBeLessThan(5);
    expect(dollars).toBeGreaterThan(1);
    // What is gathered directly: three reads per pair, if sections are smaller than a block.
    expect((0.4 * 3 * directPairs) / 1e6).toBeLessThan(5);
  });
});
