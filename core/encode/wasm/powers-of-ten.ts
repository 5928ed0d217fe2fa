const SMALLEST = -292;
const LARGEST = 324;

const WORD_MASK = 2n ** 64n - 1n;

/** `10^k · 2^shift`, rounded up. */
function scaledPower(k: number, shift: number): bigint {
  const numerator = (10n ** BigInt(Math.max(k, 0))) << BigInt(Math.max(shift, 0));
  const denominator = (10n ** BigInt(Math.max(-k, 0))) << BigInt(Math.max(-shift, 0));
  return (numerator + denominator - 1n) / denominator;
}

/**
 * Powers of ten `10^-292 … 10^324`, each scaled by a power of two to 128 bits and rounded up: the high
 * word, then the low one. Takes under a millisecond.
 * @see Giulietti, "The Schubfach way to render doubles", section 9.8.2 (there 126 bits)
 */
export function powersOfTen(): BigUint64Array {
  const words = new BigUint64Array(2 * (LARGEST - SMALLEST + 1));
  for (let k = SMALLEST; k <= LARGEST; k += 1) {
    const log2 = (k * 1_741_647) >> 19;
    const power = scaledPower(k, 127 - log2);
    const at = 2 * (k - SMALLEST);
    words[at] = power >> 64n;
    words[at + 1] = power & WORD_MASK;
  }
  return words;
}
