import type { RowRange } from '#core/contract.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import type { RowNames } from './row-names.ts';

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
  /**
   * Names of the rows, or their labels where an object has these; undefined where neither is
   * printed, or rows are numbered.
   */
  readonly rowNames?: RowNames | undefined;
}
