import type { CsrData } from '#core/elements/csr-data.ts';
import type { DType } from '#core/elements/dtype.ts';

/**
 * Stored entries in stored order: rows, columns and values in arrays of the same length. Rows and
 * columns are not checked against the shape yet. The source may reuse the arrays when the next
 * batch is requested.
 */
export interface EntryBatch {
  readonly rows: Int32Array | Float64Array;
  readonly columns: Int32Array | Float64Array;
  /** Values of the matrix's dtype, see {@link CsrData}; float16 is widened. */
  readonly data: CsrData;
}

/**
 * A matrix whose entries do not lie row by row (COO, CSC, BSR, DIA, Matrix Market). It is cut into
 * segments, which can be read independently of each other.
 */
export interface EntrySource {
  /** Name of the source in messages. */
  readonly uri: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: DType;
  /** Most entries of all segments together. Some formats have fewer than their header says. */
  readonly maxEntries: number;
  /**
   * Number of segments, at least 1. A segment has about 64 MiB of entries if the format can be cut.
   */
  readonly segments: number;
  /** Reads one segment, `0 <= segment < segments`, in batches of up to about 4 MiB. */
  readSegment(segment: number): AsyncGenerator<EntryBatch>;
}
