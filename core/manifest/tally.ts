import type { Counts } from '#core/sources/source-kinds.ts';

/** Adds up what chunks count, name by name. */
export class Tally {
  readonly #sums = new Map<string, number>();

  add(counts: Counts): void {
    for (const [name, count] of Object.entries(counts)) {
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + count);
    }
  }

  sums(): Record<string, number> {
    return Object.fromEntries(this.#sums);
  }

  /**
   * Which sums are not those expected, one sentence for each.
   *
   * @param whose names what expects them.
   */
  differences(expected: Counts, whose: string): string[] {
    const names = new Set([...Object.keys(expected), ...this.#sums.keys()]);
    return [...names]
      .map((name) => ({ name, sum: this.#sums.get(name) ?? 0, all: expected[name] ?? 0 }))
      .filter(({ sum, all }) => sum !== all)
      .map(({ name, sum, all }) => `the chunks hold ${sum} of ${name}, ${whose} ${all}`);
  }
}
