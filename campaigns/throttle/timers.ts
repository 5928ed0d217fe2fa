/** Times at which numbered things are due, soonest first: a binary heap. */
export class Timers {
  readonly #times: number[] = [];
  readonly #ids: number[] = [];

  get size(): number {
    return this.#times.length;
  }

  add(time: number, id: number): void {
    let at = this.#times.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#times[parent]! <= time) break;
      this.#put(at, this.#times[parent]!, this.#ids[parent]!);
      at = parent;
    }
    this.#put(at, time, id);
  }

  /** Takes out the one that is due first. There must be one. */
  next(): { readonly time: number; readonly id: number } {
    const first = { time: this.#times[0]!, id: this.#ids[0]! };
    const time = this.#times.pop()!;
    const id = this.#ids.pop()!;
    if (this.#times.length > 0) this.#sink(time, id);
    return first;
  }

  #sink(time: number, id: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#times.length) break;
      const other = child + 1;
      if (other < this.#times.length && this.#times[other]! < this.#times[child]!) child = other;
      if (this.#times[child]! >= time) break;
      this.#put(at, this.#times[child]!, this.#ids[child]!);
      at = child;
    }
    this.#put(at, time, id);
  }

  #put(at: number, time: number, id: number): void {
    this.#times[at] = time;
    this.#ids[at] = id;
  }
}
