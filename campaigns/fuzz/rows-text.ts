import type { CsrData } from '#core/elements/csr-data.ts';
import { isFloat } from '#core/elements/dtype.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { Matrix } from '#core/sparse/matrix.ts';

/** Number of first and of last rows that are compared. The same as in oracle.py. */
const FIRST_ROWS = 2000;
const LAST_ROWS = 100;
const MAX_ENTRIES = 20_000;

/** The bits of a double, in which float16 and float32 are exact. All NaNs are equal. */
function floatTexts(data: CsrData): string[] {
  const wide = Float64Array.from(data as Float64Array);
  const bits = new BigUint64Array(wide.buffer);
  return Array.from(bits, (bit, at) => (Number.isNaN(wide[at]) ? 'nan' : bit.toString(16)));
}

/**
 * The rows of a matrix as text: `rows columns dtype`, then a line `row column value` for each entry
 * of the first 2,000 and the last 100 rows, but of no row after the one that has the 20,000th
 * entry.
 */
export class RowsText {
  readonly #lines: string[];
  readonly #lastRows: number;
  readonly #isFloat: boolean;

  constructor({ shape: [rows, columns], dtype }: Matrix) {
    this.#lines = [`${rows} ${columns} ${dtype}`];
    this.#lastRows = Math.max(FIRST_ROWS, rows - LAST_ROWS);
    this.#isFloat = isFloat(dtype);
  }

  /** Adds the rows of the next slice. */
  add({ rowStart, rowEnd, indptr, indices, data }: CsrSlice): void {
    if (rowStart >= FIRST_ROWS && rowEnd <= this.#lastRows) return;
    if (this.#lines.length > MAX_ENTRIES) return;
    const texts = this.#isFloat ? floatTexts(data) : Array.from(data as Int32Array, String);
    for (let row = rowStart; row < rowEnd; row++) {
      if (this.#lines.length > MAX_ENTRIES) return;
      if (row >= FIRST_ROWS && row < this.#lastRows) continue;
      const end = indptr[row - rowStart + 1]!;
      for (let at = indptr[row - rowStart]!; at < end; at++) {
        this.#lines.push(`${row} ${indices[at]} ${texts[at]}`);
      }
    }
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}
