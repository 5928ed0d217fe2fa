/** Powers of ten up to this one are sums of two doubles: 5^45 has 105 bits. */
export const MAX_POWER = 45;

/** Up to this power one double is exact. */
const MAX_EXACT_POWER = 22;

/** 2^-90: above the error of a quotient or product of two pairs of doubles, about 2^-102 of it. */
const ERROR = 2 ** -90;

/** Splits a double into two halves of 26 bits, whose products are exact (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;

/** `POWERS[k] + POWER_RESTS[k]` is exactly 10^k. */
const POWERS = Float64Array.from({ length: MAX_POWER + 1 }, (_, k) => Number(10n ** BigInt(k)));
const POWER_RESTS = POWERS.map((power, k) => Number(10n ** BigInt(k) - BigInt(power)));

/** What `product`, the rounded product of `x` and `y`, lacks of the exact one (Dekker). */
function restOfProduct(x: number, y: number, product: number): number {
  const xs = x * SPLITTER;
  const xHigh = xs - (xs - x);
  const xLow = x - xHigh;
  const ys = y * SPLITTER;
  const yHigh = ys - (ys - y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}

/** Rounds the sum, or gives NaN where its error could round it to another double (Ziv). */
function roundSum(value: number, rest: number): number {
  const error = value * ERROR;
  const rounded = value + (rest - error);
  return rounded === value + (rest + error) ? rounded : Number.NaN;
}

/**
 * Rounds `(high * 10^lowDigits + low) * 10^exponent` to the nearest double, as Python's `float()` does.
 *
 * Exact integers by exact powers take one operation (Clinger); up to 18 digits are kept as a pair of
 * doubles otherwise, which decides all but ties and some one number in 2^37. About 20 ns.
 *
 * @param high 0 to 10^9 - 1.
 * @param low 0 to 10^lowDigits - 1.
 * @param lowDigits 0 to 9.
 * @param exponent of at most {@link MAX_POWER} either way.
 * @returns NaN where the two neighbours are too near to tell.
 */
export function roundDecimal(
  high: number,
  low: number,
  lowDigits: number,
  exponent: number,
): number {
  // Exact: 30 bits by the 21 bits of 5^9.
  const shifted = high * POWERS[lowDigits]!;
  const digits = shifted + low;
  const rest = low - (digits - shifted);
  const power = POWERS[exponent < 0 ? -exponent : exponent]!;
  const isExact = rest === 0 && -MAX_EXACT_POWER <= exponent && exponent <= MAX_EXACT_POWER;
  if (isExact) return exponent < 0 ? digits / power : digits * power;
  const powerRest = POWER_RESTS[exponent < 0 ? -exponent : exponent]!;
  if (exponent < 0) {
    const quotient = digits / power;
    const product = quotient * power;
    const left = digits - product - restOfProduct(quotient, power, product);
    return roundSum(quotient, (left + rest - quotient * powerRest) / power);
  }
  const product = digits * power;
  return roundSum(
    product,
    restOfProduct(digits, power, product) + digits * powerRest + rest * power,
  );
}
