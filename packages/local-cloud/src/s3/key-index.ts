/** Surrogates sort above the rest of the BMP in UTF-8, below U+E000..U+FFFF in UTF-16. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Compares two keys by their UTF-8 bytes, S3's order, without encoding them. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return utf8Rank(a) - utf8Rank(b);
  }
  return left.length - right.length;
}

/**
 * Values by key, in the order of the UTF-8 bytes of the keys. An insertion moves the keys behind
 * it: O(n), but cheap when keys come in order.
 */
export class KeyIndex<T> {
  readonly #values = new Map<string, T>();
  readonly #keys: string[] = [];

  /** An index of entries in any order, each key once. */
  static from<T>(entries: readonly (readonly [string, T])[]): KeyIndex<T> {
    const index = new KeyIndex<T>();
    const sorted = entries.toSorted(([left], [right]) => compareKeys(left, right));
    for (const [key, value] of sorted) {
      index.#keys.push(key);
      index.#values.set(key, value);
    }
    return index;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** The values, in no particular order. */
  values(): Iterable<T> {
    return this.#values.values();
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: T): void {
    if (!this.#values.has(key)) this.#keys.splice(this.firstAtOrAfter(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.firstAtOrAfter(key), 1);
  }

  /** Key at a position; undefined beyond the last. */
  keyAt(position: number): string | undefined {
    return this.#keys[position];
  }

  /**
   * Position of the first key for which `isBefore` is false. It must be false for all keys after
   * that one.
   */
  #partition(isBefore: (key: string) => boolean, from = 0): number {
    let start = from;
    let end = this.#keys.length;
    while (start < end) {
      const middle = (start + end) >>> 1;
      if (isBefore(this.#keys[middle]!)) start = middle + 1;
      else end = middle;
    }
    return start;
  }

  /** Position of the first key that is not less than `key`. */
  firstAtOrAfter(key: string): number {
    return this.#partition((other) => compareKeys(other, key) < 0);
  }

  /** Position of the first key greater than `key`. */
  firstAfter(key: string): number {
    return this.#partition((other) => compareKeys(other, key) <= 0);
  }

  /** Position behind the keys that start with `prefix`, seen from one of them. */
  endOfPrefix(prefix: string, from: number): number {
    return this.#partition((other) => other.startsWith(prefix), from);
  }
}
