// Reads numbers in their plainest spelling, exactly, or not at all.

/** Stands for what is no such number. */
export const NO_NUMBER: u64 = -1;

const EACH_30: u64 = 0x3030303030303030;
const EACH_F0: u64 = 0xf0f0f0f0f0f0f0f0;

/** Four numbers of two digits, the first in the low 16 bits; or {@link NO_NUMBER}. */
// @ts-ignore: decorator
@inline
export function fourPairs(bytes: u64): u64 {
  const high = bytes & EACH_F0;
  const behindNine = (bytes + 0x0606060606060606) & EACH_F0;
  if ((high | (behindNine >> 4)) != 0x3333333333333333) return NO_NUMBER;
  return (((bytes & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8) & 0x00ff00ff00ff00ff;
}

/** Eight digits, or {@link NO_NUMBER}. */
// @ts-ignore: decorator
@inline
function eightDigits(bytes: u64): u64 {
  let pairs = fourPairs(bytes);
  if (pairs == NO_NUMBER) return NO_NUMBER;
  pairs = (pairs * 6553601) >> 16;
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
function manyDigits(at: usize, count: usize): u64 {
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

/** The same as doubles, which are exact. */
const DOUBLE_POWERS = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]);

/** Digits behind the point of the last {@link readFraction}. */
export let fractionDigits: u32 = 0;

/** Most bytes of a number with a point: some zeros and 19 digits behind it. */
const MOST_BYTES: usize = 40;

/** As {@link readFraction} does it, of more than 16 bytes. */
function manyFraction(at: usize, end: usize): u64 {
  const count = end - at;
  if (count == 0 || count > MOST_BYTES) return NO_NUMBER;
  let point = at;
  const points = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(46)));
  if (points) point += <usize>ctz(points);
  else {
    point += 16;
    while (point < end && load<u8>(point) != 46) point += 1;
  }
  fractionDigits = 0;
  if (point >= end) return manyDigits(at, count);
  const behind = end - point - 1;
  let first = point + 1;
  if (point == at || (point == at + 1 && load<u8>(at) == 48)) {
    // Only zeros so far: those that follow are none of the 19 digits.
    while (first < end && load<u8>(first) == 48) first += 1;
    fractionDigits = <u32>behind;
    return manyDigits(first, end - first);
  }
  if (count > 20) return NO_NUMBER;
  // A second point is no digit.
  const whole = manyDigits(at, point - at);
  const fraction = manyDigits(first, behind);
  if (whole == NO_NUMBER || fraction == NO_NUMBER) return NO_NUMBER;
  fractionDigits = <u32>behind;
  return whole * powerOfTen(<u32>behind) + fraction;
}

// Most numbers have at most 16 bytes. These are read together, without a branch that depends on how
// many they are: the loop over a column hardly ever guesses wrong.

// @ts-ignore: decorator
@inline
function places(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** The last 16 bytes before `end`, less 48: those of digits. What lies before `at` becomes 0. */
// @ts-ignore: decorator
@inline
function lastDigits(at: usize, end: usize): v128 {
  const isBefore = i8x16.lt_s(places(), i8x16.splat(<i8>(16 - (end - at))));
  return v128.andnot(i8x16.sub(v128.load(end - 16), i8x16.splat(48)), isBefore);
}

/** The number that 16 digits are, or {@link NO_NUMBER}. */
// @ts-ignore: decorator
@inline
function numberOf(digits: v128): u64 {
  if (v128.any_true(i8x16.gt_u(digits, i8x16.splat(9)))) return NO_NUMBER;
  const tens = i16x8.mul(v128.and(digits, i16x8.splat(255)), i16x8.splat(10));
  const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1));
  const packed = i16x8.narrow_i32x4_u(fours, fours);
  const eights = i32x4.dot_i16x8_s(packed, i16x8(10000, 1, 10000, 1, 10000, 1, 10000, 1));
  return (
    <u64>i32x4.extract_lane(eights, 0) * 100000000 + <u64>i32x4.extract_lane(eights, 1)
  );
}

/** Up to 19 digits, which 64 bits hold; or {@link NO_NUMBER}. */
// @ts-ignore: decorator
@inline
export function readDigits(at: usize, end: usize): u64 {
  const count = end - at;
  if (count - 1 > 15) return count == 0 ? NO_NUMBER : manyDigits(at, count);
  return numberOf(lastDigits(at, end));
}

/**
 * Up to 19 digits in all with at most one point before, among or behind them, without the point; or
 * {@link NO_NUMBER}.
 */
// @ts-ignore: decorator
@inline
export function readFraction(at: usize, end: usize): u64 {
  const count = end - at;
  if (count - 1 > 15) return manyFraction(at, end);
  const digits = lastDigits(at, end);
  const points = i8x16.bitmask(i8x16.eq(digits, i8x16.splat(46 - 48)));
  if (count == 1 && points != 0) return NO_NUMBER;
  const point = points == 0 ? -1 : ctz(points);
  fractionDigits = points == 0 ? 0 : 15 - point;
  // What stands before the point moves onto its place. A second point is no digit.
  const isMoved = i8x16.le_s(places(), i8x16.splat(<i8>point));
  return numberOf(i8x16.swizzle(digits, i8x16.add(places(), isMoved)));
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

/** Stands for a double that was not decided. */
const UNDECIDED: f64 = NaN;

/** @see D. Lemire, Number Parsing at a Gigabyte per Second, https://arxiv.org/abs/2101.11408 */
function wideDouble(digits: u64, exponent: i32): f64 {
  if (digits == 0) return 0;
  if (exponent < LEAST_POWER || exponent > MOST_POWER) return UNDECIDED;
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
  if (low == <u64>-1 && (exponent < -27 || exponent > 55)) return UNDECIDED;
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
  // A carry into the next power of two leaves nothing but it.
  return reinterpret<f64>(mantissa + (<u64>(binary - 1) << 52));
}

/**
 * The double that is nearest to `digits * 10 ** exponent`, or {@link UNDECIDED} if it would take
 * more to decide that.
 */
// @ts-ignore: decorator
@inline
export function toDouble(digits: u64, exponent: i32): f64 {
  const places = <u32>abs(exponent);
  if (digits > <u64>1 << 53 || places > 22) return wideDouble(digits, exponent);
  const power = load<f64>(DOUBLE_POWERS + (places << 3));
  const whole = <f64>(<i64>digits);
  return exponent <= 0 ? whole / power : whole * power;
}
