/** How long at least one of several activities was under way, however many of them at once. */
export class BusyTime {
  readonly #now: () => number;
  #active = 0;
  #since = 0;
  #sum = 0;
  #turn = 0;

  /** @param now milliseconds of a clock that never goes back. @default `performance.now` */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get milliseconds(): number {
    return this.#sum + (this.#active > 0 ? this.#now() - this.#since : 0);
  }

  /** Counts from zero again; what began before is no longer counted. */
  restart(): void {
    this.#active = 0;
    this.#sum = 0;
    this.#turn += 1;
  }

  /** Begins one activity. @returns what ends it; calling that again has no effect. */
  begin(): () => void {
    const turn = this.#turn;
    if (this.#active === 0) this.#since = this.#now();
    this.#active += 1;
    let isUnderWay = true;
    return () => {
      if (!isUnderWay || turn !== this.#turn) return;
      isUnderWay = false;
      this.#active -= 1;
      if (this.#active === 0) this.#sum += this.#now() - this.#since;
    };
  }
}
