/** Counts rows, and says which of them begin a file where each file has exactly so many. */
export class EveryRows {
  readonly #rows: number;
  /** Rows so far. */
  count = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  /**
   * Counts rows that follow.
   *
   * @returns ordinals among them, from 0 on, of those that begin a file; not that of the first.
   */
  *pass(rows: number): Generator<number> {
    const before = this.count;
    this.count += rows;
    const left = (this.#rows - (before % this.#rows)) % this.#rows;
    const first = before === 0 ? this.#rows : left;
    for (let ordinal = first; ordinal < rows; ordinal += this.#rows) yield ordinal;
  }
}
