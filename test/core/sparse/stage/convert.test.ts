import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { CONVERSION_BOUNDS, type ConversionBounds } from '#core/sparse/stage/conversion-bounds.ts';
import { resolveConversion, stageConversion } from '#core/sparse/stage/convert.ts';
import { withCountedReads } from './counted-store.ts';
import { anyEntries, entrySource, oracle, type PlainEntries, SAMPLE } from './plain-entries.ts';
import { runConversion, stackParts, TINY } from './run-conversion.ts';

/** Bounds so small that a few entries take all rounds, many buckets and several runs. */
const anyBounds: fc.Arbitrary<ConversionBounds> = fc.record({
  sortBytes: fc.integer({ min: 1, max: 300 }),
  partRows: fc.integer({ min: 1, max: 20 }),
  rowGroups: fc.constantFrom(1, 2, 8, 64),
  blockEntries: fc.integer({ min: 1, max: 5 }),
  maxTasks: fc.constant(1000),
  directPairs: fc.constantFrom(0, 3, 1000),
  tileSide: fc.integer({ min: 1, max: 4 }),
});

describe('conversion', () => {
  test('sorts any entries by row and keeps the stored order within a row', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, anyBounds, async (plain, bounds) => {
        const staged = memoryStageStore();
        const { parts } = await runConversion(entrySource(plain), staged, bounds);
        expect(stackParts(staged, parts)).toEqual(oracle(plain));
        expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(plain.shape[0]);
        expect(parts.reduce((sum, { nnz }) => sum + nnz, 0)).toBe(plain.rows.length);
      }),
      { numRuns: 200 },
    );
  });

  test('is one job if the matrix is small enough', async () => {
    const staged = memoryStageStore();
    const { parts, rounds } = await runConversion(entrySource(SAMPLE), staged);
    expect(rounds).toEqual([[{ round: 'whole', index: 0 }]]);
    expect([...staged.objects.keys()]).toEqual([
      'csr/000000/indptr.npy',
      'csr/000000/indices.npy',
      'csr/000000/data.npy',
    ]);
    expect(parts).toMatchObject([{ rows: 12, nnz: 24 }]);
    expect(stackParts(staged, parts)).toEqual(oracle(SAMPLE));
  });

  test('takes four rounds otherwise', async () => {
    const { rounds } = await runConversion(entrySource(SAMPLE), memoryStageStore(), TINY);
    expect(rounds.map((jobs) => `${jobs[0]!.round} ${jobs.length}`)).toEqual([
      'scan 3',
      'buckets 1',
      'scatter 3',
      'gather 8',
    ]);
  });

  test('leaves the same bytes when every job is done twice', async () => {
    const once = memoryStageStore();
    await runConversion(entrySource(SAMPLE), once, TINY);
    const twice = memoryStageStore();
    const doing: StageStore = {
      ...twice,
      async create(name, pieces) {
        const bytes = await Array.fromAsync(pieces, (piece) => piece.slice());
        await twice.create(name, bytes);
        await twice.create(name, bytes);
      },
    };
    const { rounds } = await runConversion(entrySource(SAMPLE), { ...twice, ...doing }, TINY);
    for (const job of rounds.flat()) await stageConversion(entrySource(SAMPLE), twice, job, TINY);
    expect(twice.objects).toEqual(once.objects);
  });

  test('continues with the jobs whose objects are missing', async () => {
    const whole = memoryStageStore();
    await runConversion(entrySource(SAMPLE), whole, TINY);
    const names = [...whole.objects.keys()];
    await fc.assert(
      fc.asyncProperty(fc.subarray(names), async (kept) => {
        const staged = memoryStageStore();
        for (const name of kept) staged.objects.set(name, whole.objects.get(name)!);
        const { parts } = await runConversion(entrySource(SAMPLE), staged, TINY);
        expect(stackParts(staged, parts)).toEqual(oracle(SAMPLE));
        for (const [name, bytes] of staged.objects) expect(bytes).toEqual(whole.objects.get(name));
      }),
    );
  });

  test('returns only the missing jobs of a round', async () => {
    const staged = memoryStageStore();
    await stageConversion(entrySource(SAMPLE), staged, { round: 'scan', index: 1 }, TINY);
    expect(await resolveConversion(entrySource(SAMPLE), staged, TINY)).toEqual({
      jobs: [
        { round: 'scan', index: 0 },
        { round: 'scan', index: 2 },
      ],
    });
  });

  test.each([
    [0, 0],
    [0, 5],
    [7, 0],
    [7, 5],
  ])('makes parts of a matrix of %i × %i without entries', async (rows, columns) => {
    const empty = { ...SAMPLE, shape: [rows, columns] as const, rows: [], columns: [], values: [] };
    for (const bounds of [CONVERSION_BOUNDS, TINY]) {
      const staged = memoryStageStore();
      const { parts } = await runConversion(entrySource(empty), staged, bounds);
      expect(parts.length).toBeGreaterThan(0);
      expect(stackParts(staged, parts)).toEqual(oracle(empty));
    }
  });

  test('keeps every bit of a value', async () => {
    const nans = new BigUint64Array([0x7ff0_0000_0000_0001n, 0xfff8_dead_beef_0001n, 1n << 63n]);
    const entries = {
      ...entrySource(SAMPLE),
      maxEntries: 3,
      segments: 1,
      async *readSegment() {
        const data = new Float64Array(nans.buffer);
        yield { rows: new Int32Array([2, 1, 0]), columns: new Int32Array(3), data };
      },
    };
    for (const bounds of [CONVERSION_BOUNDS, { ...TINY, sortBytes: 1 }]) {
      const staged = memoryStageStore();
      const { parts } = await runConversion(entries, staged, bounds);
      const { data } = stackParts(staged, parts);
      expect(new BigUint64Array(data.buffer)).toEqual(nans.toReversed());
    }
  });
});

describe('what a conversion reads', () => {
  /** 1,000 entries of 16 bytes in 4 segments, and two parts of 10 rows. */
  const plain: PlainEntries = {
    ...SAMPLE,
    shape: [20, 3],
    rows: Array.from({ length: 1000 }, (_, i) => (i * 7) % 20),
    columns: Array.from({ length: 1000 }, (_, i) => i % 3),
    values: Array.from({ length: 1000 }, (_, i) => i),
    segments: 4,
    batchEntries: 100,
  };
  const bounds: ConversionBounds = {
    ...CONVERSION_BOUNDS,
    sortBytes: 500 * 16,
    blockEntries: 125,
    partRows: 10,
    rowGroups: 32,
  };

  async function gather(sortBytes: number): Promise<number[]> {
    const staged = memoryStageStore();
    await runConversion(entrySource(plain), staged, bounds);
    const { store, reads } = withCountedReads(staged);
    const job = { round: 'gather', index: 1 };
    await stageConversion(entrySource(plain), store, job, { ...bounds, sortBytes });
    return reads();
  }

  /** Three bounds of buckets, and two of the section in each segment. */
  const TABLE_BYTES = 3 * 8 + 4 * 16;

  test('is, for a part, its place, then its rows, then all of it, each byte once', async () => {
    const reads = await gather(500 * 16);
    const bytes = reads.reduce((sum, length) => sum + length, 0);
    expect(bytes).toBe(TABLE_BYTES + 500 * 4 + 500 * 16);
    // Blocks of 125 entries: a section of 125 lies in two of them at most.
    expect(reads.length).toBeLessThanOrEqual(1 + 4 + 2 * 4 * 2);
  });

  test('is, for a part that is twice too large, its entries four times, in runs', async () => {
    const reads = await gather(250 * 16);
    const bytes = reads.reduce((sum, length) => sum + length, 0);
    expect(bytes).toBe(TABLE_BYTES + 500 * 4 + 4 * 500 * 16);
  });

  test('is, for a finished matrix, only the names, and the bounds of its parts', async () => {
    const staged = memoryStageStore();
    await runConversion(entrySource(plain), staged, bounds);
    const { store, reads } = withCountedReads(staged);
    expect(await resolveConversion(entrySource(plain), store, bounds)).toHaveProperty('parts');
    expect(reads()).toEqual([24]);
  });
});
