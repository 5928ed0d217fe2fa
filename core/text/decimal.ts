/** 10^k is an exact sum of two doubles up to this k: 5^45 has 105 bits. */
export const MAX_POWER = 45;

/** 10^k is exact in one double up to this k. */
const MAX_EXACT_POWER = 22;

/**
 * Relative error that is assumed: 2^-90. The real one, of a product or quotient of two pairs of
 * doubles, is about 2^-102.
 */
const ERROR = 2 ** -90;

/** Factor that splits a double into two halves of 26 bits, whose products are exact (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;

/** `POWERS[k] + POWER_RESTS[k]` is exactly 10^k. */
const POWERS = Float64Array.from({ length: MAX_POWER + 1 }, (_, k) => Number(10n ** BigInt(k)));
const POWER_RESTS = POWERS.map((power, k) => Number(10n ** BigInt(k) - BigInt(power)));

/** The exact product of `x` and `y` minus `product`, their rounded product (Dekker). */
function restOfProduct(x: number, y: number, product: number): number {
  const xs = x * SPLITTER;
  const xHigh = xs - (xs - x);
  const xLow = x - xHigh;
  const ys = y * SPLITTER;
  const yHigh = ys - (ys - y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}

/**
 * Rounds the sum of both to a double; NaN where the error could change which double it is (Ziv).
 */
function roundSum(value: number, rest: number): number {
  const error = value * ERROR;
  const rounded = value + (rest - error);
  return rounded === value + (rest + error) ? rounded : Number.NaN;
}

/**
 * Rounds `(high * 10^lowDigits + low) * 10^exponent` to the nearest double, as Python's `float()`
 * does.
 *
 * If the integer and the power are both exact doubles, one operation is enough (Clinger). Otherwise
 * up to 18 digits are computed as a pair of doubles; that decides all numbers except ties and about
 * one in 2^37. Takes about 20 ns.
 *
 * @param high 0 to 10^9 - 1.
 * @param low 0 to 10^lowDigits - 1.
 * @param lowDigits 0 to 9.
 * @param exponent from `-MAX_POWER` to `MAX_POWER`, see {@link MAX_POWER}.
 * @returns NaN where it cannot be decided which of the two nearest doubles is nearer.
 */
export function roundDecimal(
  high: number,
  low: number,
  lowDigits: number,
  exponent: number,
): number {
  // Exact: 30 bits times the 21 bits of 5^9.
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
