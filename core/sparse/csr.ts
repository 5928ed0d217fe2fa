import type { RowRange } from '#core/contract.ts';
import type { DType } from '#core/elements/dtype.ts';

/** `[rows, columns]`. */
type Shape = readonly [rows: number, columns: number];

/** What is known of a matrix from its headers. `nnz` counts stored entries: explicit zeros and duplicates too. */
export interface MatrixInfo {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly nnz: number;
  /** What a cell that is not stored holds. @default 0, or False */
  readonly fillValue?: FillValue | undefined;
}

/** A fill that is not zero: what `pd.SparseDtype("float")` has. */
export type FillValue = 'NaN';

/**
 * Values of a slice in their own width. bool is 0 or 1 in a Uint8Array; float16 is widened to a
 * Float32Array (exact); 64-bit integers stay BigInt and never pass through Number.
 */
export type CsrData =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/**
 * Rows `[rowStart, rowEnd)` of a matrix, checked and in canonical form: within each row the columns
 * ascend strictly (duplicates are summed), and every column is below `shape[1]`.
 */
export interface CsrSlice extends RowRange {
  /** `rowEnd - rowStart + 1` offsets into `indices` and `data`; the first is 0. */
  readonly indptr: Int32Array;
  /** Column of each entry. */
  readonly indices: Int32Array;
  /** Value of each entry. */
  readonly data: CsrData;
  /** Entries of the source that these rows hold, before duplicates were summed. */
  readonly nnz: number;
}
