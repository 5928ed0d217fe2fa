// Reads numbers in their plainest spelling, exactly, or not at all.

/** Stands for what is no such number. */
export const NO_NUMBER: u64 = -1;

const EACH_30: u64 = 0x3030303030303030;
const EACH_F0: u64 = 0xf0f0f0f0f0f0f0f0;

/** Eight digits, or {@link NO_NUMBER}. */
// @ts-ignore: decorator
@inline
export function eightDigits(bytes: u64): u64 {
  const high = bytes & EACH_F0;
  const behindNine = (bytes + 0x0606060606060606) & EACH_F0;
  if ((high | (behindNine >> 4)) != 0x3333333333333333) return NO_NUMBER;
  let pairs = ((bytes & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  pairs = ((pairs & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return ((pairs & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

/** Up to eight digits. */
// @ts-ignore: decorator
@inline
function fewDigits(at: usize, count: usize): u64 {
  if (count == 8) return eightDigits(load<u64>(at));
  if (count == 0) return 0;
  const bits = <u64>count << 3;
  return eightDigits((load<u64>(at) << (64 - bits)) | (EACH_30 >> bits));
}

/** Up to 19 digits, which 64 bits hold; or {@link NO_NUMBER}. */
export function readDigits(at: usize, count: usize): u64 {
  if (count <= 8) return fewDigits(at, count);
  if (count > 19) return NO_NUMBER;
  let value = eightDigits(load<u64>(at));
  if (value == NO_NUMBER) return NO_NUMBER;
  let first = at + 8;
  let left = count - 8;
  if (left > 8) {
    const next = eightDigits(load<u64>(first));
    if (next == NO_NUMBER) return NO_NUMBER;
    value = value * 100000000 + next;
    first += 8;
    left -= 8;
  }
  const last = fewDigits(first, left);
  if (last == NO_NUMBER) return NO_NUMBER;
  return value * powerOfTen(<u32>left) + last;
}

/** 10 ** 0 to 10 ** 18. */
const POWERS = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
  100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
  10000000000000000, 100000000000000000, 1000000000000000000,
]);

// @ts-ignore: decorator
@inline
export function powerOfTen(exponent: u32): u64 {
  return load<u64>(POWERS + (exponent << 3));
}

/** Digits behind the point of the last {@link readFraction}. */
export let fractionDigits: u32 = 0;

/**
 * Up to 19 digits in all with at most one point before, among or behind them, without the point; or
 * {@link NO_NUMBER}.
 */
export function readFraction(at: usize, end: usize): u64 {
  const count = end - at;
  if (count == 0 || count > 20) return NO_NUMBER;
  let point = at;
  const points = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(46)));
  if (points) point += <usize>ctz(points);
  else {
    point += 16;
    while (point < end && load<u8>(point) != 46) point += 1;
  }
  fractionDigits = 0;
  if (point >= end) return readDigits(at, count);
  if (count == 1) return NO_NUMBER;
  const behind = end - point - 1;
  // A second point is no digit.
  const whole = readDigits(at, point - at);
  const fraction = readDigits(point + 1, behind);
  if (whole == NO_NUMBER || fraction == NO_NUMBER) return NO_NUMBER;
  fractionDigits = <u32>behind;
  return behind == 19 ? fraction : whole * powerOfTen(<u32>behind) + fraction;
}

/** Powers of ten from {@link LEAST_POWER} on, each as the 128 bits from its highest one on. */
export const WIDE_POWERS: usize = memory.data(128 * 16, 16);
export const LEAST_POWER: i32 = -64;
const MOST_POWER: i32 = 63;

/** The high half of a product. */
function highProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}

/** Whether the last {@link toDouble} gave the nearest double. */
export let isNearest: bool = false;

/**
 * The double that is nearest to `digits * 10 ** exponent`, unless it would take more to decide
 * that.
 *
 * @see D. Lemire, Number Parsing at a Gigabyte per Second, https://arxiv.org/abs/2101.11408
 */
export function toDouble(digits: u64, exponent: i32): f64 {
  isNearest = true;
  if (digits <= <u64>1 << 53 && exponent >= -18 && exponent <= 18) {
    return exponent < 0
      ? <f64>digits / <f64>powerOfTen(-exponent)
      : <f64>digits * <f64>powerOfTen(exponent);
  }
  if (digits == 0) return 0;
  isNearest = false;
  if (exponent < LEAST_POWER || exponent > MOST_POWER) return 0;
  const zeros = clz(digits);
  const shifted = digits << zeros;
  const power = WIDE_POWERS + ((exponent - LEAST_POWER) << 4);
  const factor = load<u64>(power);
  let high = highProduct(shifted, factor);
  let low = shifted * factor;
  if ((high & 0x1ff) == 0x1ff) {
    const more = highProduct(shifted, load<u64>(power, 8));
    low += more;
    if (low < more) high += 1;
  }
  if (low == <u64>-1 && (exponent < -27 || exponent > 55)) return 0;
  const upper = high >> 63;
  const shift = upper + 9;
  let mantissa = high >> shift;
  const binary = ((217706 * exponent) >> 16) + 63 + <i32>upper - <i32>zeros + 1023;
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (mantissa & 3) == 1) {
    // Halfway between two doubles: the even one.
    if (mantissa << shift == high) mantissa &= ~(<u64>1);
  }
  mantissa += mantissa & 1;
  mantissa >>= 1;
  isNearest = true;
  // A carry into the next power of two leaves nothing but it.
  return reinterpret<f64>(mantissa + (<u64>(binary - 1) << 52));
}
