import { ITEM_BYTES } from '#core/elements/dtype.ts';
import type { CsrPart, PlacedPart } from '#core/sparse/matrix.ts';
import { INDPTR_BAND_BYTES, SLICE_BYTES } from '#core/sparse/read-slices.ts';
import { firstWhere } from './first-where.ts';
import type { RowRun } from './plan-matrix.ts';

/** Arrays of a slice that are read: `indices` and `data`. */
const ARRAYS = 2;

/** How a part is read: elements of a band of `indptr`, and entries of a slice. */
function sizesOf({ indptr, indices, data }: CsrPart) {
  return {
    band: Math.floor(INDPTR_BAND_BYTES / ITEM_BYTES[indptr.dtype]),
    slice: Math.floor(SLICE_BYTES / (ITEM_BYTES[indices.dtype] + ITEM_BYTES[data.dtype])),
  };
}

/**
 * Counts the reads that `readSlices` needs for a chunk: of each band of `indptr` one, and of each
 * slice two.
 */
export class SliceReads {
  readonly #parts: readonly PlacedPart[];
  #part = -1;
  #row = 0;
  #sizes = { band: 1, slice: 1 };
  /** Rows of the chunk in the part, and entries of the slice under way. */
  #rows = 0;
  #entries = 0;
  #reads = 0;

  constructor(parts: readonly PlacedPart[]) {
    this.#parts = parts;
  }

  /** Takes the next rows of the matrix, which belong to the chunk under way. */
  rows({ start, ends }: RowRun): void {
    let before = start;
    for (let at = 0; at < ends.length; ) {
      this.#take(ends[at]! - before);
      before = ends[at]!;
      at += 1;
      at += this.#takeMore(ends.subarray(at), before);
      before = ends[at - 1]!;
    }
  }

  #take(entries: number): void {
    if (this.#row >= this.#rowEnd) this.#nextPart();
    const { band, slice } = this.#sizes;
    this.#rows += 1;
    // A slice ends with its band, whose first bound is the last one of the band before.
    if (this.#rows === 1 || this.#rows % band === 0) {
      this.#closeSlice();
      this.#reads += 1;
    } else if (this.#entries + entries > slice) this.#closeSlice();
    this.#entries += entries;
    this.#row += 1;
  }

  /** Takes those rows that need no other read. @returns how many these are */
  #takeMore(ends: Float64Array, before: number): number {
    const { band, slice } = this.#sizes;
    const inBand = band - 1 - (this.#rows % band);
    const most = Math.min(ends.length, this.#rowEnd - this.#row, inBand);
    const room = slice - this.#entries;
    const rows = firstWhere(most, (i) => ends[i]! - before > room);
    this.#rows += rows;
    this.#row += rows;
    this.#entries += (ends[rows - 1] ?? before) - before;
    return rows;
  }

  /** Ends the chunk. @returns the reads that it needs */
  end(): number {
    this.#closeSlice();
    this.#rows = 0;
    const reads = this.#reads;
    this.#reads = 0;
    return reads;
  }

  #nextPart(): void {
    this.#closeSlice();
    this.#rows = 0;
    do this.#part += 1;
    while (this.#row >= this.#rowEnd);
    this.#sizes = sizesOf(this.#parts[this.#part]!.part);
  }

  /** Where the part ends. */
  get #rowEnd(): number {
    return this.#parts[this.#part + 1]?.rowStart ?? Number.POSITIVE_INFINITY;
  }

  #closeSlice(): void {
    if (this.#entries > 0) this.#reads += ARRAYS;
    this.#entries = 0;
  }
}
