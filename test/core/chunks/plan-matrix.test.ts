import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planChunks } from '#core/chunks/plan-matrix.ts';
import type { ChunkTask } from '#core/contract.ts';
import type { DType } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { textBounds } from '#core/outputs/csv/text-bounds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import { chunkId, chunkKey } from '#core/run/chunk-name.ts';

const dialect = DEFAULT_DIALECT;

async function* bandsOf(counts: readonly number[], bandLength: number) {
  const indptr = new Float64Array(counts.length + 1);
  indptr.set(counts, 1);
  for (let i = 1; i < indptr.length; i += 1) indptr[i]! += indptr[i - 1]!;
  for (let i = 0; i < indptr.length; i += bandLength) yield indptr.subarray(i, i + bandLength);
}

async function plan(
  counts: readonly number[],
  chunking: Chunking,
  { columns = 10, dtype = 'int64' as DType, bandLength = 1000, chunksBefore = 0 } = {},
): Promise<ChunkTask[]> {
  const nnz = counts.reduce((sum, count) => sum + count, 0);
  const matrix = { shape: [counts.length, columns] as const, dtype, nnz };
  return await Array.fromAsync(
    planChunks(bandsOf(counts, bandLength), { matrix, dialect, chunking, chunksBefore }),
  );
}

const counts = fc.array(fc.nat(10), { maxLength: 60 });
const bandLength = fc.integer({ min: 1, max: 70 });

function expectTiling(tasks: readonly ChunkTask[], rows: number): void {
  expect(tasks.map(({ index }) => index)).toEqual(tasks.map((_, index) => index));
  expect(tasks[0]?.rowStart).toBe(0);
  expect(tasks.at(-1)?.rowEnd).toBe(rows);
  for (const [index, task] of tasks.entries()) {
    if (index > 0) expect(task.rowStart).toBe(tasks[index - 1]!.rowEnd);
  }
}

describe('planChunks', () => {
  it('counts the text that unstored cells print where they are NaN', async () => {
    const matrix = { shape: [6, 4] as const, dtype: 'float64' as const, nnz: 6 };
    const filled = { ...matrix, fillValue: 'NaN' as const };
    const plans = [matrix, filled].map((each) => {
      const options = { matrix: each, dialect: { ...dialect, naRep: 'n'.repeat(30) } };
      const bands = bandsOf([1, 1, 1, 1, 1, 1], 7);
      return Array.fromAsync(planChunks(bands, { ...options, chunking: { targetBytes: 250 } }));
    });
    const [zeros, nans] = await Promise.all(plans);
    // Rows of at most 4 x 4 + 27 and of 4 x 31 bytes: a stored value is not longer than what it replaces.
    expect(zeros!.map(({ rowEnd }) => rowEnd)).toEqual([5, 6]);
    expect(nans!.map(({ rowEnd }) => rowEnd)).toEqual([2, 4, 6]);
  });

  it('gives exactly the rows asked for, and the rest in the last chunk', async () => {
    await fc.assert(
      fc.asyncProperty(
        counts,
        bandLength,
        fc.integer({ min: 1, max: 20 }),
        async (rows, length, size) => {
          const tasks = await plan(rows, { rows: size }, { bandLength: length });
          expectTiling(tasks, rows.length);
          for (const task of tasks.slice(0, -1)) expect(task.rowEnd - task.rowStart).toBe(size);
        },
      ),
    );
  });

  it('never lets the text of two rows or more pass the target, and wastes no room', async () => {
    await fc.assert(
      fc.asyncProperty(
        counts,
        bandLength,
        fc.integer({ min: 1, max: 900 }),
        async (entries, length, targetBytes) => {
          const tasks = await plan(entries, { targetBytes }, { bandLength: length });
          expectTiling(tasks, entries.length);
          const longest = (rowStart: number, rowEnd: number) => {
            const rows = entries.slice(rowStart, rowEnd);
            const one = (nnz: number) =>
              textBounds({ rows: 1, columns: 10, nnz, dtype: 'int64', dialect }).max;
            return rows.reduce((sum, nnz) => sum + one(0) + nnz * (one(1) - one(0)), 0);
          };
          for (const { rowStart, rowEnd, index } of tasks) {
            if (rowEnd - rowStart > 1)
              expect(longest(rowStart, rowEnd)).toBeLessThanOrEqual(targetBytes);
            if (index < tasks.length - 1)
              expect(longest(rowStart, rowEnd + 1)).toBeGreaterThan(targetBytes);
          }
        },
      ),
    );
  });

  it('gives one empty chunk for a matrix without rows', async () => {
    expect(await plan([], { rows: 5 })).toEqual([{ index: 0, rowStart: 0, rowEnd: 0 }]);
  });

  it('goes on after the chunks that are there already, with at least one', async () => {
    expect(await plan([1, 1, 1], { rows: 2 }, { chunksBefore: 40 })).toEqual([
      { index: 40, rowStart: 0, rowEnd: 2 },
      { index: 41, rowStart: 2, rowEnd: 3 },
    ]);
    expect(await plan([], { rows: 5 }, { chunksBefore: 40 })).toEqual([
      { index: 40, rowStart: 0, rowEnd: 0 },
    ]);
    const full = plan([1, 1, 1], { rows: 1 }, { chunksBefore: 999_998 });
    await expect(full).rejects.toThrow(/more than 1000000 chunks/);
  });

  it('fails when a chunk of exact rows may pass 20 GiB', async () => {
    const planned = plan([1, 1, 1, 1, 1, 1], { rows: 6 }, { columns: 2_000_000_000 });
    await expect(planned).rejects.toThrow(BoundExceededError);
    await expect(planned).rejects.toThrow(/rows 0 to 6.*at most 21474836480 .*fewer rows a chunk/);
  });

  it('fails when one row is more than a writer may hold', async () => {
    const planned = plan([1, 30_000_000], { rows: 1 }, { columns: 40_000_000 });
    await expect(planned).rejects.toThrow(/row 1 holds 30000000 stored entries/);
  });

  it('fails when the chunks do not fit six digits', async () => {
    const planned = plan(new Array<number>(1_000_001).fill(0), { rows: 1 });
    await expect(planned).rejects.toThrow(/more than 1000000 chunks/);
  });
});

describe('chunkKey', () => {
  it('has six digits, so that keys sort as numbers', () => {
    const output = { bucket: 'bucket', prefix: 'out/' };
    expect(chunkKey({ output, compression: 'none' }, 42)).toBe('out/data/chunk-000042.csv');
    expect(chunkKey({ output, compression: 'gzip' }, 42)).toBe('out/data/chunk-000042.csv.gz');
    expect(chunkId(999_999)).toBe('999999');
  });
});
