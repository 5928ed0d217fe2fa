/** A seeded generator: the same seed gives the same numbers. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer from `min` up to and including `max`. */
  integer(min: number, max: number): number;
  /** True with probability `share`. */
  chance(share: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** `count` different elements, in no order. */
  some<T>(values: readonly T[], count: number): T[];
}

/** mulberry32, which takes 32 bits of the seed. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes a generator from a seed. */
export function createRandom(seed: number): Random {
  const next = mulberry32(Math.imul(seed, 0x9e3779b1));
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(values: readonly T[]): T => {
    const value = values[integer(0, values.length - 1)];
    if (value === undefined) throw new Error('there is nothing to pick from');
    return value;
  };
  const some = <T>(values: readonly T[], count: number): T[] => {
    const left = [...values];
    return Array.from({ length: Math.min(count, values.length) }, () =>
      left.splice(integer(0, left.length - 1), 1),
    ).flat();
  };
  return { next, integer, chance: (share) => next() < share, pick, some };
}
