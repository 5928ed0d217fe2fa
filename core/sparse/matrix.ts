import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { ElementType } from '#core/elements/dtype.ts';
import type { MatrixFacts, MatrixInfo } from './matrix-facts.ts';

/** One array of a matrix that can be read: `length` elements from byte `offset` of `source`. */
export interface StoredArray extends ElementType {
  readonly source: ByteSource;
  readonly offset: number;
  /** Elements, not bytes. */
  readonly length: number;
}

/** One row-sliceable CSR matrix, opened: the whole source, or the rows of one part of it. */
export interface CsrPart extends MatrixInfo {
  /** Names the part in messages. */
  readonly uri: string;
  /** `shape[0] + 1` offsets into `indices` and `data`. */
  readonly indptr: StoredArray;
  /** Column of each entry; entries past the last of `indptr` are slack, which SciPy allows and ignores. */
  readonly indices: StoredArray;
  /** Value of each entry. */
  readonly data: StoredArray;
}

/** A part, and which row of the whole matrix its first row is. */
export interface PlacedPart {
  readonly rowStart: number;
  readonly part: CsrPart;
}

/** A matrix that can be read by rows: parts that are stacked on each other. */
export interface Matrix extends MatrixFacts {
  /** Names the source in messages. */
  readonly uri: string;
  /** In row order, at least one; all have the columns and the dtype of the matrix. */
  readonly parts: readonly PlacedPart[];
}
