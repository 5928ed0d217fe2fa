import { expect, it } from 'vitest';
import { SliceReads } from '#core/chunks/slice-reads.ts';
import type { PlacedPart } from '#core/sparse/matrix.ts';

/** Entries of a slice of 2 MiB: 4 bytes of an index and 8 of a value each. */
const SLICE = Math.floor((2 * 1024 * 1024) / 12);

const part = {
  rowStart: 0,
  part: { indptr: { dtype: 'int32' }, indices: { dtype: 'int32' }, data: { dtype: 'float64' } },
} as PlacedPart;

/** Reads of one chunk of rows that have so many entries each. */
function readsOf(rows: number, entries: number): number {
  const reads = new SliceReads([part]);
  reads.rows({
    start: 0,
    ends: Float64Array.from({ length: rows }, (_, row) => entries * (row + 1)),
    longest: entries,
  });
  return reads.end();
}

it.each([
  { rows: 174, entries: 1_000, slices: 1 },
  { rows: 175, entries: 1_000, slices: 2 },
  { rows: 400, entries: 1_000, slices: 3 },
  { rows: 2, entries: SLICE, slices: 2 },
  { rows: 3, entries: SLICE + 1, slices: 3 },
])('reads $rows rows of $entries entries in $slices slices', ({ rows, entries, slices }) => {
  expect(readsOf(rows, entries)).toBe(1 + 2 * slices);
});
