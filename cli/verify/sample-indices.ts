/** One step of mulberry32: the same seed gives the same numbers in [0, 1) on every machine. */
function* randoms(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/**
 * Draws `sample` different whole numbers below `count`, or all of them when there are fewer; in
 * ascending order, always the same for one seed.
 */
export function sampleIndices(count: number, sample: number, seed: number): number[] {
  if (sample >= count) return Array.from({ length: count }, (_, index) => index);
  const drawn = new Set<number>();
  for (const random of randoms(seed)) {
    drawn.add(Math.floor(random * count));
    if (drawn.size === sample) break;
  }
  return [...drawn].sort((a, b) => a - b);
}
