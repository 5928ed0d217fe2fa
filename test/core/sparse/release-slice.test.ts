import { expect, it } from 'vitest';
import { canonicalize } from '#core/sparse/canonical.ts';
import { releaseSlice } from '#core/sparse/release-slice.ts';

const DUPLICATES = {
  uri: 'x.npz',
  columns: 10,
  dtype: 'float64',
  rowStart: 0,
  rowEnd: 2,
  indptr: Int32Array.of(0, 2, 4),
  data: Float64Array.of(1, 2, 3, 4),
} as const;

it.each([
  ['rows as they are stored', Int32Array.of(1, 7, 0, 9)],
  ['summed rows, which fill a part of their arrays', Int32Array.of(1, 1, 0, 9)],
])('takes the memory of %s away', (_, indices) => {
  const stored = { ...DUPLICATES, data: DUPLICATES.data.slice(), indices };
  const slice = canonicalize({ ...stored, indptr: DUPLICATES.indptr.slice() });
  releaseSlice(slice);
  expect([slice.indptr, slice.indices, slice.data].map(({ length }) => length)).toEqual([0, 0, 0]);
  expect(indices.buffer.detached).toBe(true);
});
