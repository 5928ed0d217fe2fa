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
  /** Whether an entry of a row may be its label, which is shorter. */
  readonly hasLabel: boolean;
  /** Bytes of the longest label that is no entry. @default 1, of `0` */
  readonly labelBytes?: number | undefined;
}

/** The same where no cell has two entries; the writer of a part that is too short says so. */
export function svmlightPartBounds(of: SvmlightRows): ContentBounds {
  const { min, max } = svmlightBounds(of);
  const others = of.hasLabel ? of.rows : 1;
  return { min: min + Math.max(0, of.nnz - others) * MIN_ENTRY_BYTES, max };
}

/** Bounds of the text of rows. Duplicates share a cell, so one may be all that is written. */
export function svmlightBounds(of: SvmlightRows): ContentBounds {
  const { rows, columns, nnz, dtype, hasLabel, labelBytes = 1 } = of;
  return {
    min: rows * EMPTY_ROW_BYTES + (hasLabel ? 0 : Math.min(nnz, 1) * MIN_ENTRY_BYTES),
    max: rows * (labelBytes + 1) + nnz * maxStepBytes(columns, dtype),
  };
}
