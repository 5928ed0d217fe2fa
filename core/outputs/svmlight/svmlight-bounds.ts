import type { DType } from '#core/elements/dtype.ts';
import { VALUE_LENGTHS } from '#core/elements/value-lengths.ts';
import type { ContentBounds } from '#core/outputs/output.ts';

/** `0` and a line feed. */
const EMPTY_ROW_BYTES = 2;

/** ` 0:0`. */
const MIN_ENTRY_BYTES = 4;

/** Most bytes of a stored entry: a space, a column, a colon and a value. */
export function maxStepBytes(columns: number, dtype: DType): number {
  return 1 + String(columns).length + 1 + VALUE_LENGTHS[dtype].longest;
}

interface SvmlightRows {
  readonly rows: number;
  readonly columns: number;
  readonly nnz: number;
  readonly dtype: DType;
}

/** The same where no cell has two entries; the writer of a part that is too short says so. */
export function svmlightPartBounds(of: SvmlightRows): ContentBounds {
  const { min, max } = svmlightBounds(of);
  return { min: min + Math.max(0, of.nnz - 1) * MIN_ENTRY_BYTES, max };
}

/** Bounds of the text of rows. Duplicates share a cell, so one may be all that is written. */
export function svmlightBounds({ rows, columns, nnz, dtype }: SvmlightRows): ContentBounds {
  const labels = rows * EMPTY_ROW_BYTES;
  return {
    min: labels + Math.min(nnz, 1) * MIN_ENTRY_BYTES,
    max: labels + nnz * maxStepBytes(columns, dtype),
  };
}
