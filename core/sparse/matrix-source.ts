import type { CsrSlice } from './csr.ts';
import { assertExpected, type Expectations } from './expectations.ts';
import { fullDtype, type MatrixFacts } from './matrix-facts.ts';

/** A matrix as a run sees any source, see `SourceView`. */
export function matrixSource(facts: MatrixFacts) {
  const { shape, nnz, fillValue, columnNames, rowNames, labels } = facts;
  const dtype = fullDtype(facts);
  const [rows, columns] = shape;
  return {
    rows,
    counts: { nnz },
    common: {
      'the number of columns': columns,
      'the dtype': dtype,
      'an unstored cell': fillValue ?? 0,
      'the CRC-32 of the column names': columnNames?.crc32 ?? 'none',
      'the index': rowNames === undefined ? 'without names' : 'of row names',
      'the dtype of the labels': labels?.dtype ?? 'none',
    },
    identity: {
      shape: shape.join(' x '),
      dtype,
      nnz,
      'CRC-32 of column names': columnNames?.crc32,
    },
    after: (before: MatrixFacts): MatrixFacts => ({
      ...facts,
      shape: [before.shape[0] + rows, columns],
      nnz: before.nnz + nnz,
    }),
    assertExpected: (expect: Expectations) => assertExpected(expect, facts),
  };
}

/** Adds up what a matrix counts per chunk, slice by slice. */
export class SliceCounts {
  #nnz = 0;

  add({ nnz }: CsrSlice): void {
    this.#nnz += nnz;
  }

  sums() {
    return { nnz: this.#nnz };
  }
}
