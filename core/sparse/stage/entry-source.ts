import type { CsrData } from '#core/elements/csr-data.ts';
import type { DType } from '#core/elements/dtype.ts';

/**
 * Stored entries as `row`, `column` and value, in stored order: arrays of one length. Rows and columns
 * are not yet checked against the shape. A batch may be reused by its source once the next is asked for.
 */
export interface EntryBatch {
  readonly rows: Int32Array | Float64Array;
  readonly columns: Int32Array | Float64Array;
  /** Of the dtype of the matrix, see {@link CsrData}; float16 is widened. */
  readonly data: CsrData;
}

/**
 * A matrix whose entries do not lie row by row (COO, CSC, BSR, DIA, Matrix Market), cut into segments that
 * can be read independently of each other.
 */
export interface EntrySource {
  /** Names the source in messages. */
  readonly uri: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: DType;
  /** Bound of the entries of all segments; some formats hold fewer than they announce. */
  readonly maxEntries: number;
  /** At least 1. A segment holds about 64 MiB of entries where the format can be cut at all. */
  readonly segments: number;
  /** Reads one segment, `0 <= segment < segments`, in batches of at most about 4 MiB. */
  readSegment(segment: number): AsyncGenerator<EntryBatch>;
}
