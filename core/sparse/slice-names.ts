import type { RowRange } from '#core/contract.ts';
import type { CsrSlice } from './csr.ts';
import type { Matrix } from './matrix.ts';
import { readLabels } from './read-labels.ts';
import { readRowNames } from './read-row-names.ts';
import { cutRowNames, type RowNames } from './row-names.ts';

/** The entries of some rows of a slice. */
function cutSlice(slice: CsrSlice, { rowStart, rowEnd }: RowRange): CsrSlice {
  const { indptr, indices, data } = slice;
  const from = rowStart - slice.rowStart;
  const to = rowEnd - slice.rowStart;
  const start = indptr[from]!;
  const end = indptr[to]!;
  return {
    ...{ rowStart, rowEnd, nnz: end - start },
    indptr: indptr.subarray(from, to + 1).map((bound) => bound - start),
    indices: indices.subarray(start, end),
    data: data.subarray(start, end),
  };
}

/** Adds the names or labels of the rows to the slices of a chunk, which come in order. */
export class SliceNames {
  readonly #batches: AsyncGenerator<RowNames> | undefined;
  #batch: RowNames | undefined;

  /**
   * Nothing is read if the rows have neither, or they are not printed.
   *
   * @param naText of a label that is NaN.
   */
  constructor({ storedRowNames, storedLabels }: Matrix, rows: RowRange, naText = 'nan') {
    this.#batches =
      storedLabels === undefined
        ? storedRowNames && readRowNames(storedRowNames, rows)
        : readLabels(storedLabels, rows, naText);
  }

  /** Cuts a slice so that each piece has the names of its rows. */
  async *name(slice: CsrSlice): AsyncGenerator<CsrSlice> {
    if (this.#batches === undefined) return yield slice;
    for (let rowStart = slice.rowStart; rowStart < slice.rowEnd; ) {
      const batch = await this.#batchOf(rowStart, this.#batches);
      const rowEnd = Math.min(slice.rowEnd, batch.rowEnd);
      const rows = { rowStart, rowEnd };
      yield { ...cutSlice(slice, rows), rowNames: cutRowNames(batch, rows) };
      rowStart = rowEnd;
    }
  }

  /** Waits for the read under way, whose names are not needed. */
  async end(): Promise<void> {
    await this.#batches?.return(undefined);
  }

  async #batchOf(row: number, batches: AsyncGenerator<RowNames>): Promise<RowNames> {
    if (this.#batch === undefined || this.#batch.rowEnd <= row) {
      const next = await batches.next();
      this.#batch = next.value as RowNames; // there are as many names as rows
    }
    return this.#batch;
  }
}
