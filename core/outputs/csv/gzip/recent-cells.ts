/** Cells that are remembered; a new one takes the place of another of the same hash. */
const SLOTS = 4096;

/** Longest cell that is remembered: that of any float. */
const SLOT_BYTES = 32;

/** Cells with fewer bytes are not worth a match of a far distance. */
const LEAST_BYTES = 5;

/** Units that follow each other. */
export interface UnitRun {
  /** Number of the unit; -1 for none. */
  readonly unit: number;
  readonly bytes: number;
}

/** Where a cell was written last. */
export interface RecentCell {
  /** Offset of its first byte in the text. */
  readonly at: number;
  /** What comes after its delimiter. */
  readonly after: UnitRun;
}

/** Remembers where long stored cells, such as `True` and floats, were written last. */
export class RecentCells {
  readonly #texts = new Uint8Array(SLOTS * SLOT_BYTES);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #cells: (RecentCell | undefined)[] = new Array(SLOTS);

  /**
   * Finds where a cell was written before, and remembers where it is written now.
   *
   * @param length bytes of the cell with the delimiter after it.
   */
  replace(cell: Uint8Array, length: number, now: RecentCell): RecentCell | undefined {
    if (length < LEAST_BYTES || length > SLOT_BYTES) return undefined;
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ cell[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const before = this.#holds(slot, cell, length) ? this.#cells[slot] : undefined;
    if (before === undefined) {
      this.#texts.set(cell.subarray(0, length), slot * SLOT_BYTES);
      this.#lengths[slot] = length;
    }
    this.#cells[slot] = now;
    return before;
  }

  #holds(slot: number, cell: Uint8Array, length: number): boolean {
    if (this.#lengths[slot] !== length) return false;
    const start = slot * SLOT_BYTES;
    for (let i = 0; i < length; i++) if (this.#texts[start + i] !== cell[i]) return false;
    return true;
  }
}
