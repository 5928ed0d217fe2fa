import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMatrix } from '#core/chunks/plan-matrix.ts';
import type { DType } from '#core/elements/dtype.ts';
import { BoundExceededError, RequestError } from '#core/errors.ts';
import { csvOutput } from '#core/outputs/csv/csv-output.ts';
import { textBounds } from '#core/outputs/csv/text-bounds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

const { dialect } = PLAIN_CSV;
const output = csvOutput(PLAIN_CSV);

async function* bandsOf(counts: readonly number[], bandLength: number) {
  const indptr = new Float64Array(counts.length + 1);
  indptr.set(counts, 1);
  for (let i = 1; i < indptr.length; i += 1) indptr[i]! += indptr[i - 1]!;
  for (let i = 0; i < indptr.length; i += bandLength) yield indptr.slice(i, i + bandLength);
}

async function plan(
  counts: readonly number[],
  chunking: Chunking,
  { columns = 10, dtype = 'int64' as DType, bandLength = 1000, chunksBefore = 0 } = {},
): Promise<RowChunk[]> {
  const nnz = counts.reduce((sum, count) => sum + count, 0);
  const matrix = { shape: [counts.length, columns] as const, dtype, nnz };
  return await Array.fromAsync(
    planMatrix(bandsOf(counts, bandLength), { matrix, output, chunking, chunksBefore }),
  );
}

const counts = fc.array(fc.nat(10), { maxLength: 60 });
const bandLength = fc.integer({ min: 1, max: 70 });

function expectTiling(chunks: readonly RowChunk[], rows: number): void {
  expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, index) => index));
  expect(chunks[0]?.rowStart).toBe(0);
  expect(chunks.at(-1)?.rowEnd).toBe(rows);
  for (const [index, chunk] of chunks.entries()) {
    if (index > 0) expect(chunk.rowStart).toBe(chunks[index - 1]!.rowEnd);
  }
}

describe('planMatrix of an output whose chunks a writer holds whole', () => {
  const matrix = { shape: [4, 10] as const, dtype: 'int64' as const, nnz: 4 };
  const held = { ...output, mostBytes: 100 };
  const chunksOf = (chunking: Chunking, rows = [1, 1, 1, 1]) =>
    Array.fromAsync(
      planMatrix(bandsOf(rows, 7), { matrix, output: held, chunking, chunksBefore: 0 }),
    );

  it('keeps chunks of several rows below their bound, whatever target is asked for', async () => {
    // A row is 20 bytes, of which a stored cell may make 39.
    expect((await chunksOf({ targetBytes: 1e6 })).map(({ rowEnd }) => rowEnd)).toEqual([2, 4]);
    expect((await chunksOf({ targetBytes: 50 })).map(({ rowEnd }) => rowEnd)).toEqual([1, 2, 3, 4]);
    expect(await chunksOf({ targetBytes: 1e6 }, [9, 1, 1, 1])).toHaveLength(3);
  });

  it('refuses rows that pass it, but for a single one', async () => {
    await expect(chunksOf({ rows: 3 })).rejects.toThrow(
      /up to 117 bytes .* at most 100 are allowed/,
    );
    expect(await chunksOf({ rows: 1 }, [9, 1, 1, 1])).toHaveLength(4);
  });

  it('refuses a matrix that it cannot hold', async () => {
    const problem = () => 'no such matrix';
    const options = { matrix, output: { ...held, problem }, chunksBefore: 0 };
    const planned = planMatrix(bandsOf([1], 7), { ...options, chunking: { rows: 1 } });
    await expect(planned.next()).rejects.toThrow(new RequestError(['no such matrix']));
  });
});

describe('planMatrix', () => {
  it('counts the text that unstored cells print where they are NaN', async () => {
    const matrix = { shape: [6, 4] as const, dtype: 'float64' as const, nnz: 6 };
    const filled = { ...matrix, fillValue: 'NaN' as const };
    const plans = [matrix, filled].map((each) => {
      const long = csvOutput({ ...PLAIN_CSV, dialect: { ...dialect, naRep: 'n'.repeat(30) } });
      const options = { matrix: each, output: long, chunksBefore: 0 };
      const bands = bandsOf([1, 1, 1, 1, 1, 1], 7);
      return Array.fromAsync(planMatrix(bands, { ...options, chunking: { targetBytes: 250 } }));
    });
    const [zeros, nans] = await Promise.all(plans);
    // Rows of at most 4 x 4 + 27 and of 4 x 31 bytes: a stored value is not longer than what it
    // replaces.
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
          const chunks = await plan(rows, { rows: size }, { bandLength: length });
          expectTiling(chunks, rows.length);
          for (const chunk of chunks.slice(0, -1)) expect(chunk.rowEnd - chunk.rowStart).toBe(size);
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
          const chunks = await plan(entries, { targetBytes }, { bandLength: length });
          expectTiling(chunks, entries.length);
          const longest = (rowStart: number, rowEnd: number) => {
            const rows = entries.slice(rowStart, rowEnd);
            const one = (nnz: number) =>
              textBounds({ rows: 1, columns: 10, nnz, dtype: 'int64', dialect }).max;
            return rows.reduce((sum, nnz) => sum + one(0) + nnz * (one(1) - one(0)), 0);
          };
          for (const { rowStart, rowEnd, index } of chunks) {
            if (rowEnd - rowStart > 1)
              expect(longest(rowStart, rowEnd)).toBeLessThanOrEqual(targetBytes);
            if (index < chunks.length - 1)
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
