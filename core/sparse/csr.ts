import type { RowRange } from '#core/contract.ts';
import type { DType } from '#core/elements/dtype.ts';

/** `[rows, columns]`. */
type Shape = readonly [rows: number, columns: number];

/**
 * What the headers of a matrix say. `nnz` is the number of stored entries, with explicit zeros and
 * duplicates.
 */
export interface MatrixInfo {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly nnz: number;
  /** Value of the cells that are not stored. @default 0, or False */
  readonly fillValue?: FillValue | undefined;
}

/** A fill value that is not zero: that of `pd.SparseDtype("float")`. */
export type FillValue = 'NaN';

/**
 * Values of a slice, each type in an array of its own width. bool is 0 or 1 in a Uint8Array;
 * float16 is widened to a Float32Array, which is exact; 64-bit integers are never converted to
 * Number.
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
  /** Number of entries that the source stores in these rows, before duplicates were summed. */
  readonly nnz: number;
}
