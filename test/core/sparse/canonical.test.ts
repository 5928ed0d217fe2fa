import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import { canonicalize, type StoredRows } from '#core/sparse/canonical.ts';

function rows(changes: Partial<StoredRows>): StoredRows {
  return {
    uri: 'x.npz',
    columns: 10,
    dtype: 'float64',
    rowStart: 100,
    rowEnd: 102,
    indptr: Int32Array.of(0, 2, 4),
    indices: Int32Array.of(1, 7, 0, 9),
    data: Float64Array.of(1, 2, 3, 4),
    ...changes,
  };
}

it('returns rows that ascend without a copy', () => {
  const stored = rows({});
  const slice = canonicalize(stored);
  expect(slice.indices).toBe(stored.indices);
  expect(slice.data).toBe(stored.data);
  expect(slice).toMatchObject({ rowStart: 100, rowEnd: 102, nnz: 4 });
});

it('narrows 64-bit columns', () => {
  const slice = canonicalize(rows({ indices: Float64Array.of(1, 7, 0, 9) }));
  expect(slice.indices).toEqual(Int32Array.of(1, 7, 0, 9));
});

it('sorts the rows that are not sorted, and leaves the others', () => {
  const slice = canonicalize(rows({ indices: Int32Array.of(1, 7, 9, 0) }));
  expect(slice.indices).toEqual(Int32Array.of(1, 7, 0, 9));
  expect(slice.data).toEqual(Float64Array.of(1, 2, 4, 3));
  expect(slice.indptr).toEqual(Int32Array.of(0, 2, 4));
});

it('sums duplicates in stored order, and keeps rows apart', () => {
  const slice = canonicalize(
    rows({
      indptr: Int32Array.of(0, 4, 6),
      indices: Int32Array.of(7, 3, 7, 7, 7, 8),
      // (1e16 + 1) + 1 is 1e16, though 1e16 + (1 + 1) is not.
      data: Float64Array.of(1e16, 5, 1, 1, 2, 0),
    }),
  );
  expect(slice.indptr).toEqual(Int32Array.of(0, 2, 4));
  expect(slice.indices).toEqual(Int32Array.of(3, 7, 7, 8));
  expect(slice.data).toEqual(Float64Array.of(5, 1e16, 2, 0));
  expect(slice.nnz).toBe(6);
});

it.each([
  ['int8', Int8Array.of(100, 100), [-56]],
  ['uint8', Uint8Array.of(200, 100), [44]],
  ['int16', Int16Array.of(32_767, 1), [-32_768]],
  ['uint16', Uint16Array.of(65_535, 2), [1]],
  ['int32', Int32Array.of(2 ** 31 - 1, 1), [-(2 ** 31)]],
  ['uint32', Uint32Array.of(2 ** 32 - 1, 2), [1]],
  ['int64', BigInt64Array.of(2n ** 63n - 1n, 1n), [-(2n ** 63n)]],
  ['uint64', BigUint64Array.of(2n ** 64n - 1n, 2n), [1n]],
  ['bool', Uint8Array.of(1, 1), [1]],
  ['float16', Float32Array.of(2048, 1), [2048]],
  ['float32', Float32Array.of(2 ** 24, 1), [2 ** 24]],
  ['float64', Float64Array.of(2 ** 53, 1), [2 ** 53]],
] as const)('adds %s as NumPy does', (dtype, data, expected) => {
  const indices = Int32Array.of(5, 5);
  const slice = canonicalize(rows({ dtype, data, indices, indptr: Int32Array.of(0, 2, 2) }));
  expect([...slice.data]).toEqual(expected);
  expect(slice.indptr).toEqual(Int32Array.of(0, 1, 1));
});

describe('columns outside the matrix', () => {
  it.each([
    [Int32Array.of(1, 7, 0, 10), 101, 10],
    [Int32Array.of(1, -1, 0, 9), 100, -1],
    [Float64Array.of(1, 7, 2 ** 32, 9), 101, 2 ** 32],
    [Float64Array.of(9, 7, 0, 2 ** 53), 101, 2 ** 53],
  ])('fails on %o, naming row %i and column %i', (indices, row, column) => {
    expect(() => canonicalize(rows({ indices }))).toThrow(CorruptSourceError);
    expect(() => canonicalize(rows({ indices }))).toThrow(
      `x.npz has an entry in row ${row} at column ${column}, but only 10 columns, counted from 0`,
    );
  });
});
