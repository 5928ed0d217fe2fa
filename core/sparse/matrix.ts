import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { ElementType } from '#core/elements/dtype.ts';
import type { MatrixFacts, MatrixInfo } from './matrix-facts.ts';
import type { StoredRowNames } from './row-names.ts';

/** One array of a matrix, ready to be read: `length` elements from byte `offset` of `source`. */
export interface StoredArray extends ElementType {
  readonly source: ByteSource;
  readonly offset: number;
  /** Elements, not bytes. */
  readonly length: number;
}

/** An opened CSR matrix whose rows can be read by range: the whole source, or one part of it. */
export interface CsrPart extends MatrixInfo {
  /** Name of the part in messages. */
  readonly uri: string;
  /** `shape[0] + 1` offsets into `indices` and `data`. */
  readonly indptr: StoredArray;
  /**
   * Column of each entry. There may be more elements than the last of `indptr` says; SciPy allows
   * and ignores them.
   */
  readonly indices: StoredArray;
  /** Value of each entry. */
  readonly data: StoredArray;
  /** Number of the group of each column, where columns have several dtypes. */
  readonly columnGroups?: StoredArray | undefined;
}

/** A part, and the row of the whole matrix that is its first row. */
export interface PlacedPart {
  readonly rowStart: number;
  readonly part: CsrPart;
}

/** Labels of consecutive rows: numbers of an array, or texts that are stored as row names are. */
export type StoredLabels =
  | (StoredRowNames & { readonly kind: 'texts' })
  | {
      readonly kind: 'array';
      readonly array: StoredArray;
      /** Row of the whole matrix that the first label is of. */
      readonly rowStart: number;
      /** How many labels there are. */
      readonly rows: number;
    };

/** A matrix that can be read by rows: its parts, stacked. */
export interface Matrix extends MatrixFacts {
  /** Name of the source in messages. */
  readonly uri: string;
  /** In row order, at least one; all have the columns and the dtype of the matrix. */
  readonly parts: readonly PlacedPart[];
  /** In row order; undefined where rows have no names, or they are not printed. */
  readonly storedRowNames?: readonly StoredRowNames[] | undefined;
  /** In row order; undefined where rows have no labels of an object. */
  readonly storedLabels?: readonly StoredLabels[] | undefined;
}
