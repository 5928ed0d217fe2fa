import { mulberry32 } from '#core/cost/mulberry32.ts';

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
