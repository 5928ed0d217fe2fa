import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { DTYPES } from '#core/elements/dtype.ts';
import {
  BoundExceededError,
  CorruptSourceError,
  RequestError,
  ServiceUnavailableError,
} from '#core/errors.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { MAX_ROW_BYTES, readSlices } from '#core/sparse/read-slices.ts';
import { withCounting } from '#support/counting-source.ts';
import { canonicalRows, csrArbitrary, rowsOf } from '#support/csr-arbitrary.ts';
import { type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';

/** 10 rows of 0 to 9 entries of 5 bytes (int32 column, int8 value). */
const ROWS = 10;
const MATRIX: PlainCsr = {
  shape: [ROWS, 20],
  dtype: 'int8',
  indptr: Array.from({ length: ROWS + 1 }, (_, row) => (row * (row - 1)) / 2),
  indices: Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: row }, (_, k) => k),
  ).flat(),
  data: Array.from({ length: 45 }, (_, k) => k),
};

async function open(csr: PlainCsr = MATRIX, wrap: (source: ByteSource) => ByteSource = (s) => s) {
  const source = withCounting(wrap(memorySource(writeNpz(csr), 'x.npz')));
  const { matrix, part } = await openMatrix(source);
  const opened = source.reads.length;
  return { matrix, part, readsSince: () => source.reads.slice(opened) };
}

const bytesOf = (reads: readonly ByteRange[]) => reads.reduce((sum, { length }) => sum + length, 0);

async function collect(slices: AsyncIterable<CsrSlice>): Promise<CsrSlice[]> {
  const all: CsrSlice[] = [];
  for await (const slice of slices) all.push(slice);
  return all;
}

describe('any matrix', () => {
  const options = fc.record({
    version: fc.constantFrom(1, 2, 3),
    bigEndian: fc.boolean(),
    indptrDtype: fc.constantFrom('int32', 'int64'),
    indicesDtype: fc.constantFrom('int32', 'int64'),
    zip64: fc.boolean(),
    dataDescriptors: fc.boolean(),
  } as const);

  it.each(DTYPES)('of %s gives the same rows for any split', async (dtype) => {
    const splits = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
    const property = fc.asyncProperty(
      csrArbitrary(dtype),
      options,
      splits,
      fc.integer({ min: 1, max: 100 }),
      async (csr, npz, at, sliceBytes) => {
        const source = memorySource(writeNpz(csr, npz));
        const { matrix } = await openMatrix(source);
        const rows = matrix.shape[0];
        const cuts = [0, ...at.map((part) => Math.round(part * rows)), rows].sort((a, b) => a - b);
        const ranges = cuts.slice(1).map((rowEnd, i) => ({ rowStart: cuts[i] ?? 0, rowEnd }));
        const slices: CsrSlice[] = [];
        for (const range of ranges) {
          slices.push(...(await collect(readSlices(matrix, range, { sliceBytes }))));
        }
        expect(rowsOf(slices)).toEqual(canonicalRows(csr));
        expect(slices.reduce((sum, slice) => sum + slice.nnz, 0)).toBe(matrix.nnz);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});

describe('reads', () => {
  it('takes three reads of exactly its bytes for a range that fits into one slice', async () => {
    const { matrix, part, readsSince } = await open();
    await collect(readSlices(matrix, { rowStart: 3, rowEnd: 7 }));
    expect(readsSince()).toEqual([
      { offset: part.indptr.offset + 3 * 4, length: 5 * 4 },
      { offset: part.indices.offset + 3 * 4, length: 18 * 4 },
      { offset: part.data.offset + 3, length: 18 },
    ]);
  });

  it('cuts rows into slices of whole rows, and takes two reads per slice', async () => {
    const { matrix, readsSince } = await open();
    const rows = { rowStart: 0, rowEnd: ROWS };
    const slices = await collect(readSlices(matrix, rows, { sliceBytes: 50 }));
    const ranges = slices.map(({ rowStart, rowEnd }) => [rowStart, rowEnd]);
    expect(ranges).toEqual([
      [0, 5],
      [5, 6],
      [6, 7],
      [7, 8],
      [8, 9],
      [9, 10],
    ]);
    expect(slices.map(({ nnz }) => nnz)).toEqual([10, 5, 6, 7, 8, 9]);
    expect(readsSince()).toHaveLength(1 + 2 * slices.length);
    expect(bytesOf(readsSince())).toBe((ROWS + 1) * 4 + 45 * 5);
  });

  it('reads a row that is larger than a slice as a slice of its own', async () => {
    const { matrix } = await open();
    const rows = { rowStart: 0, rowEnd: ROWS };
    const slices = await collect(readSlices(matrix, rows, { sliceBytes: 1 }));
    expect(slices.map(({ nnz }) => nnz)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('reads only indptr for rows without entries', async () => {
    const empty = { ...MATRIX, indptr: new Array(11).fill(0) };
    const { matrix, part, readsSince } = await open(empty);
    const [slice, ...rest] = await collect(readSlices(matrix, { rowStart: 2, rowEnd: 9 }));
    expect(slice).toMatchObject({ rowStart: 2, rowEnd: 9, nnz: 0, indptr: new Int32Array(8) });
    expect(rest).toEqual([]);
    expect(readsSince()).toEqual([{ offset: part.indptr.offset + 8, length: 32 }]);
  });

  it('reads nothing at all for no rows', async () => {
    const { matrix, readsSince } = await open();
    expect(await collect(readSlices(matrix, { rowStart: 4, rowEnd: 4 }))).toEqual([]);
    expect(readsSince()).toEqual([]);
  });

  it('reads the indptr of many rows in bands of 1 MiB', async () => {
    const rows = 600_000;
    const { matrix, readsSince } = await open({
      shape: [rows, 3],
      dtype: 'uint8',
      indptr: Array.from({ length: rows + 1 }, (_, row) => Math.floor(row / 2)),
      indices: Array.from({ length: rows / 2 }, (_, k) => k % 3),
      data: Array.from({ length: rows / 2 }, (_, k) => k % 200),
    });
    const slices = await collect(readSlices(matrix, { rowStart: 1, rowEnd: rows }));
    expect(slices.map(({ rowStart, rowEnd }) => [rowStart, rowEnd])).toEqual([
      [1, 2 ** 18],
      [2 ** 18, 2 ** 19],
      [2 ** 19, rows],
    ]);
    expect(readsSince()).toHaveLength(3 + 2 * 3);
    expect(bytesOf(readsSince())).toBe(rows * 4 + matrix.nnz * 5);
    const values = rowsOf(slices)
      .flat()
      .map(([, value]) => value);
    expect(values).toEqual(Array.from({ length: rows / 2 }, (_, k) => k % 200));
  });
});

/**
 * Wraps a source whose reads of `data`, 45 bytes at its end, are counted and fail from a certain
 * one on.
 */
async function openFailing(failFrom: number) {
  let reads = 0;
  const { matrix, part } = await open(MATRIX, (source) => ({
    ...source,
    read: async (range) => {
      const isData = reads >= 0 && range.length < 45 && range.offset >= dataOffset;
      if (isData && ++reads >= failFrom) throw new ServiceUnavailableError(`read ${reads} failed`);
      return source.read(range);
    },
  }));
  dataOffset = part.data.offset;
  return { matrix, readsOfData: () => reads };
}
let dataOffset = Number.POSITIVE_INFINITY;

describe('reading ahead', () => {
  it('has one more slice under way when the first one is used', async () => {
    const { matrix, readsOfData } = await openFailing(Number.POSITIVE_INFINITY);
    const rows = { rowStart: 4, rowEnd: ROWS };
    for await (const _ of readSlices(matrix, rows, { sliceBytes: 28 })) break;
    expect(readsOfData()).toBe(2);
  });

  it('reads a row that is larger than a slice alone', async () => {
    const { matrix, readsOfData } = await openFailing(Number.POSITIVE_INFINITY);
    const rows = { rowStart: 5, rowEnd: ROWS };
    for await (const _ of readSlices(matrix, rows, { sliceBytes: 1 })) break;
    expect(readsOfData()).toBe(1);
  });

  it('ignores the failure of a slice that is never used', async () => {
    const { matrix } = await openFailing(2);
    const rows = { rowStart: 5, rowEnd: ROWS };
    for await (const _ of readSlices(matrix, rows, { sliceBytes: 1 })) break;
  });

  it('fails in the turn of the slice that could not be read', async () => {
    const { matrix } = await openFailing(3);
    const rows = { rowStart: 5, rowEnd: ROWS };
    const slices = readSlices(matrix, rows, { sliceBytes: 1 });
    expect((await slices.next()).value).toMatchObject({ rowStart: 5 });
    expect((await slices.next()).value).toMatchObject({ rowStart: 6 });
    await expect(slices.next()).rejects.toThrow('read 3 failed');
    expect(await slices.next()).toEqual({ done: true, value: undefined });
  });
});

describe('what is refused', () => {
  it.each([
    [-1, 3],
    [0, 11],
    [5, 4],
    [0.5, 2],
    [0, Number.NaN],
  ])('fails on rows %d to %d', async (rowStart, rowEnd) => {
    const { matrix } = await open();
    const reading = collect(readSlices(matrix, { rowStart, rowEnd }));
    await expect(reading).rejects.toThrow(RequestError);
    await expect(reading).rejects.toThrow(
      `rows ${rowStart}:${rowEnd} are not a range within the 10 rows of x.npz`,
    );
  });

  it('fails on an indptr that decreases within the range', async () => {
    const { matrix } = await open({ ...MATRIX, indptr: MATRIX.indptr.with(6, 3) });
    const reading = collect(readSlices(matrix, { rowStart: 4, rowEnd: 8 }));
    await expect(reading).rejects.toThrow(CorruptSourceError);
    await expect(reading).rejects.toThrow('row 5 ends at entry 3, expected 10 to 45');
  });

  it('fails on a column outside, with the row counted from the start of the matrix', async () => {
    const { matrix } = await open({ ...MATRIX, indices: MATRIX.indices.with(44, 20) });
    const reading = collect(readSlices(matrix, { rowStart: 8, rowEnd: ROWS }));
    await expect(reading).rejects.toThrow('x.npz has an entry in row 9 at column 20');
  });

  it('fails on a row above the bound before reading it', async () => {
    const entries = MAX_ROW_BYTES / 16 + 1;
    const source = memorySource(new Uint8Array(BigInt64Array.of(0n, BigInt(entries)).buffer));
    const int64 = { source, offset: 0, dtype: 'int64', bigEndian: false } as const;
    const facts = { uri: 'x.npz', shape: [1, 10], dtype: 'int64', nnz: entries } as const;
    const part = {
      ...facts,
      indptr: { ...int64, length: 2 },
      indices: { ...int64, length: entries },
      data: { ...int64, length: entries },
    };
    const parts = [{ rowStart: 0, part }];
    const matrix = { kind: 'matrix', format: 'npz', ...facts, parts } as const;
    const reading = collect(readSlices(matrix, { rowStart: 0, rowEnd: 1 }));
    await expect(reading).rejects.toThrow(BoundExceededError);
    await expect(reading).rejects.toThrow(
      'row 0 of x.npz takes 268435472 bytes of indices and data, allowed are 268435456',
    );
  });
});
