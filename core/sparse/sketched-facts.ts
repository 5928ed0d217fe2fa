import { ITEM_BYTES } from '#core/elements/dtype.ts';
import type { Matrix } from './matrix.ts';
import type { MatrixFacts, MatrixInfo } from './matrix-facts.ts';

/** What is known, or guessed, of a matrix before it is staged. */
export interface SketchedFacts extends Pick<MatrixFacts, 'format' | 'dtype' | 'shape'> {
  /** Stored entries. */
  readonly entries: number;
}

/** Facts of a matrix of which only headers were read. */
export function sketchedFacts({ entries: nnz, ...facts }: SketchedFacts): MatrixFacts {
  return { kind: 'matrix', ...facts, nnz };
}

/** Facts of a whole whose first rows have these, if all others are like them. */
export function scaledFacts(first: MatrixFacts, times: number): MatrixFacts {
  const [rows, columns] = first.shape;
  return {
    ...first,
    shape: [Math.round(rows * times), columns],
    nnz: Math.round(first.nnz * times),
  };
}

/** Bytes of `indices` and `data` of a matrix, as they are staged. */
export function stagedBytesOf({ nnz, dtype }: MatrixInfo): number {
  return nnz * (ITEM_BYTES.int32 + ITEM_BYTES[dtype]);
}

/** Bytes of the arrays of a matrix that are read at one pass over all rows. */
export function arrayBytesOf({ parts }: Pick<Matrix, 'parts'>): number {
  return parts.reduce((sum, { part }) => {
    const entry = ITEM_BYTES[part.indices.dtype] + ITEM_BYTES[part.data.dtype];
    return sum + part.nnz * entry + part.shape[0] * ITEM_BYTES[part.indptr.dtype];
  }, 0);
}

/** Stored entries, of what is counted for a chunk. */
export function entriesIn(counts: Readonly<Record<string, number>>): number {
  return counts['nnz'] ?? 0;
}
