/** Runs of levels that are 0 or 1, as Parquet's hybrid of runs and packed bits has them. */
class Runs {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #level = 0;
  #count = 0;

  add(level: number, count: number): void {
    if (level !== this.#level) this.#close();
    this.#level = level;
    this.#count += count;
  }

  #close(): void {
    if (this.#count === 0) return;
    if (this.#length + 6 > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let rest = this.#count * 2;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
    }
    this.#bytes[this.#length++] = rest;
    this.#bytes[this.#length++] = this.#level;
    this.#count = 0;
  }

  /** The runs, with their length in four bytes before them. */
  finish(): Uint8Array {
    this.#close();
    const levels = new Uint8Array(4 + this.#length);
    new DataView(levels.buffer).setUint32(0, this.#length, true);
    levels.set(this.#bytes.subarray(0, this.#length), 4);
    return levels;
  }
}

/** The levels of lists of these lengths: whether an element goes on a list, and is there. */
export function listLevels(lengths: Iterable<number>): {
  /** Elements, and one for each empty list. */
  readonly count: number;
  readonly bytes: Uint8Array;
} {
  const repetition = new Runs();
  const definition = new Runs();
  let count = 0;
  for (const length of lengths) {
    const levels = Math.max(length, 1);
    repetition.add(0, 1);
    if (levels > 1) repetition.add(1, levels - 1);
    definition.add(length === 0 ? 0 : 1, levels);
    count += levels;
  }
  return { count, bytes: Buffer.concat([repetition.finish(), definition.finish()]) };
}
