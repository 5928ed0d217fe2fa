/** Events that lie ahead: times and what they belong to, in typed arrays, the earliest first. */
export class EventHeap {
  readonly #times: Float64Array;
  readonly #slots: Int32Array;
  #size = 0;

  /** @param capacity most events at once. */
  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
  }

  /** Time of the earliest event; infinity where there is none. */
  get earliest(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  add(time: number, slot: number): void {
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#times[above]! <= time) break;
      this.#move(above, at);
      at = above;
    }
    this.#put(at, time, slot);
  }

  /** Removes the earliest event. @returns what it belongs to */
  take(): number {
    const slot = this.#slots[0]!;
    this.#size -= 1;
    const time = this.#times[this.#size]!;
    let at = 0;
    for (let below = 1; below < this.#size; below = 2 * at + 1) {
      const other = below + 1;
      if (other < this.#size && this.#times[other]! < this.#times[below]!) below = other;
      if (this.#times[below]! >= time) break;
      this.#move(below, at);
      at = below;
    }
    this.#put(at, time, this.#slots[this.#size]!);
    return slot;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#slots[from]!);
  }

  #put(at: number, time: number, slot: number): void {
    this.#times[at] = time;
    this.#slots[at] = slot;
  }
}
