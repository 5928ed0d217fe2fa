/**
 * How far a slice is encoded: the next cell is in column `column` of row `row`; the next stored
 * cell is entry `entry`.
 */
export interface Cursor {
  row: number;
  column: number;
  entry: number;
  /** The row that is encoded no more. */
  rowEnd: number;
}

export const LINE_END = 0x0a;

/** Below this length a loop is faster than `set(subarray())`, which costs about 70 ns per call. */
export const SHORT_COPY_BYTES = 32;
