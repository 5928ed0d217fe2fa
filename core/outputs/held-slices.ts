import type { CsrSlice } from '#core/sparse/csr.ts';
import { releaseSlice } from '#core/sparse/release-slice.ts';

/**
 * The slices of a chunk, for formats that begin with how many entries there are: duplicates are
 * summed while rows are read, so that only their end says it. Slices are kept as they are, without
 * a copy; the plan bounds the bytes of a chunk.
 */
export class HeldSlices {
  readonly #slices: CsrSlice[] = [];
  #rows = 0;
  #entries = 0;

  add(slice: CsrSlice): void {
    this.#slices.push(slice);
    this.#rows += slice.rowEnd - slice.rowStart;
    this.#entries += slice.indices.length;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Entries that are left after duplicates were summed. */
  get entries(): number {
    return this.#entries;
  }

  /** The slices in order; each with the rows and entries of the chunk before it. */
  *read(): Generator<CsrSlice & { readonly rowsBefore: number; readonly entriesBefore: number }> {
    let rowsBefore = 0;
    let entriesBefore = 0;
    for (const slice of this.#slices) {
      yield { ...slice, rowsBefore, entriesBefore };
      rowsBefore += slice.rowEnd - slice.rowStart;
      entriesBefore += slice.indices.length;
    }
  }

  /** Frees their memory. */
  release(): void {
    for (const slice of this.#slices) releaseSlice(slice);
  }
}
