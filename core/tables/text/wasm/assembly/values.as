// Reads the value of a text as Parquet has it, if it is spelled in the plainest way.

import {
  fourPairs,
  fractionDigits,
  NO_NUMBER,
  powerOfTen,
  readDigits,
  readFraction,
  toDouble,
} from './numbers';

// What a column holds. Text is the rest.
export const TEXT: u8 = 0;
export const WHOLE_32: u8 = 1;
export const WHOLE_64: u8 = 2;
export const DECIMAL: u8 = 3;
export const FLOAT: u8 = 4;
export const DOUBLE: u8 = 5;
export const DATE: u8 = 6;
export const TIMESTAMP: u8 = 7;
export const BOOLEAN: u8 = 8;

/**
 * Stands for a text that is not plain. A whole number of this value is left to the engine as such a
 * text is; no value of another kind is the same.
 */
// @ts-ignore: decorator
@inline
export const ODD: u64 = 0x8000000000000001;

/** A whole number from `-least` to `most`; where `least` is 0 there is no minus. */
// @ts-ignore: decorator
@inline
function readWhole(at: usize, end: usize, least: u64, most: u64): u64 {
  const isNegative = <u32>(load<u8>(at) == 45) & <u32>(least != 0);
  const digits = readDigits(at + isNegative, end);
  if (digits == NO_NUMBER || digits > select(least, most, isNegative)) return ODD;
  return select(0 - digits, digits, isNegative);
}

/** A decimal of at most `scale` digits behind the point, below `bound` without it. */
// @ts-ignore: decorator
@inline
function readDecimal(at: usize, end: usize, scale: u64, bound: u64): u64 {
  const isNegative = <u32>(load<u8>(at) == 45);
  const digits = readFraction(at + isNegative, end);
  if (digits >= bound || fractionDigits > <u32>scale) return ODD;
  const missing = <u32>scale - fractionDigits;
  if (missing > 0 && digits >= bound / powerOfTen(missing)) return ODD;
  const all = digits * powerOfTen(missing);
  return select(0 - all, all, isNegative);
}

/** Where the exponent of a number begins, or its end. */
function exponentOf(at: usize, end: usize): usize {
  let k = at;
  while (k < end && (load<u8>(k) | 32) != 101) k += 1;
  return k;
}

/** The bits of a number with an exponent of up to three digits, without a minus. */
function withExponent(at: usize, end: usize): u64 {
  const mark = exponentOf(at, end);
  if (mark == end || mark + 1 == end) return ODD;
  const digits = readFraction(at, mark);
  if (digits == NO_NUMBER) return ODD;
  const behind = fractionDigits;
  const sign = load<u8>(mark, 1);
  const from = mark + (sign == 43 || sign == 45 ? 2 : 1);
  if (from == end || end - from > 3) return ODD;
  const power = readDigits(from, end);
  if (power == NO_NUMBER) return ODD;
  const exponent = sign == 45 ? -<i32>power : <i32>power;
  const double = toDouble(digits, exponent - behind);
  return isNaN(double) ? ODD : reinterpret<u64>(double);
}

/** The bits of a number with up to 19 digits, and an exponent. */
// @ts-ignore: decorator
@inline
function readDouble(at: usize, end: usize): u64 {
  const isNegative = <u32>(load<u8>(at) == 45);
  const first = at + isNegative;
  const digits = readFraction(first, end);
  let bits: u64;
  if (digits == NO_NUMBER) {
    bits = withExponent(first, end);
    if (bits == ODD) return ODD;
  } else {
    const double = toDouble(digits, -fractionDigits);
    if (isNaN(double)) return ODD;
    bits = reinterpret<u64>(double);
  }
  return bits | (<u64>isNegative << 63);
}

function readFloat(at: usize, end: usize): u64 {
  const bits = readDouble(at, end);
  // Halfway between two floats the double may have been rounded onto the half.
  if (bits == ODD || (bits & 0x1fffffff) == 0x10000000) return ODD;
  const double = reinterpret<f64>(bits);
  const size = abs(double);
  if (size != 0 && (size < 1.1754943508222875e-38 || size > 3.4028234663852886e38)) return ODD;
  return <u64>reinterpret<u32>(<f32>double);
}

const DAYS_IN = memory.data<u8>([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
/** Days before each month in years that begin in March. */
const DAYS_BEFORE = memory.data<u16>([0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275]);

/** Stands for what is no day. */
const NO_DAY: i32 = i32.MIN_VALUE;

/** `YYYY-MM-DD` as days from 1970-01-01 on. */
// @ts-ignore: decorator
@inline
function readDay(at: usize): i32 {
  // One word of all eight digits.
  const pairs = fourPairs(
    <u64>load<u32>(at) | (<u64>load<u16>(at, 5) << 32) | (<u64>load<u16>(at, 8) << 48),
  );
  if (load<u8>(at, 4) != 45 || load<u8>(at, 7) != 45 || pairs == NO_NUMBER) return NO_DAY;
  const year = (<u32>pairs & 255) * 100 + (<u32>pairs >> 16);
  const month = <u32>(pairs >> 32) & 255;
  const day = <u32>(pairs >> 48);
  if (year == 0 || month - 1 > 11 || day == 0) return NO_DAY;
  if (day > load<u8>(DAYS_IN + month)) {
    const isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month != 2 || day != 29 || !isLeap) return NO_DAY;
  }
  // Years that begin in March, of which 400 have 146,097 days.
  const shifted = year - <u32>(month < 3);
  const inYear = <u32>load<u16>(DAYS_BEFORE + (month << 1)) + day - 1;
  return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + inYear - 719468;
}

// @ts-ignore: decorator
@inline
function readDate(at: usize, end: usize): u64 {
  if (end - at != 10) return ODD;
  const day = readDay(at);
  return day == NO_DAY ? ODD : <u64>day;
}

/** Stands for what is no time of a day. */
const NO_TIME: u64 = -1;

/** `hh:mm:ss` and up to six digits behind a point, as microseconds. */
// @ts-ignore: decorator
@inline
function readClock(at: usize, end: usize): u64 {
  const count = end - at;
  const clock = fourPairs(
    0x3030 |
      (<u64>load<u16>(at) << 16) |
      (<u64>load<u16>(at, 3) << 32) |
      (<u64>load<u16>(at, 6) << 48),
  );
  if (load<u8>(at, 2) != 58 || load<u8>(at, 5) != 58 || clock == NO_NUMBER) return NO_TIME;
  const hour = <u32>clock >> 16;
  const minute = <u32>(clock >> 32) & 255;
  const second = <u32>(clock >> 48);
  if (hour > 23 || minute > 59 || second > 59) return NO_TIME;
  let micros: u64 = 0;
  if (count > 8) {
    if (load<u8>(at, 8) != 46) return NO_TIME;
    micros = readDigits(at + 9, end);
    if (micros == NO_NUMBER) return NO_TIME;
    micros *= powerOfTen(15 - <u32>count);
  }
  return <u64>(hour * 3600 + minute * 60 + second) * 1000000 + micros;
}

/** Whether so many bytes may be a clock: a point has digits behind it. */
// @ts-ignore: decorator
@inline
function isClockLong(count: usize): bool {
  return count >= 8 && count <= 15 && count != 9;
}

/** A time of a day in microseconds. */
export function readTime(at: usize, end: usize): u64 {
  if (!isClockLong(end - at)) return ODD;
  const micros = readClock(at, end);
  return micros == NO_TIME ? ODD : micros;
}

/** `YYYY-MM-DD hh:mm:ss` or with a `T`, and up to six digits behind a point, in microseconds. */
// @ts-ignore: decorator
@inline
function readTimestamp(at: usize, end: usize): u64 {
  if (end - at < 11 || !isClockLong(end - at - 11)) return ODD;
  const between = load<u8>(at, 10);
  if (between != 32 && between != 84) return ODD;
  const day = readDay(at);
  const micros = readClock(at + 11, end);
  if (day == NO_DAY || micros == NO_TIME) return ODD;
  return <u64>(<i64>day * 86400000000) + micros;
}

/** `true` or `false`, in letters of any case. */
// @ts-ignore: decorator
@inline
function readBoolean(at: usize, end: usize): u64 {
  const first = load<u32>(at) | 0x20202020;
  if (end - at == 4) return first == 0x65757274 ? 1 : ODD;
  const isFalse = end - at == 5 && first == 0x736c6166 && (load<u8>(at, 4) | 32) == 101;
  return isFalse ? 0 : ODD;
}

/** The value of the text `[at, end)`, in its low bytes; or {@link ODD}. */
// @ts-ignore: decorator
@inline
export function readValue(kind: u8, at: usize, end: usize, low: u64, high: u64): u64 {
  if (kind == WHOLE_32 || kind == WHOLE_64) return readWhole(at, end, low, high);
  if (kind == DECIMAL) return readDecimal(at, end, low, high);
  if (kind == FLOAT) return readFloat(at, end);
  if (kind == DOUBLE) return readDouble(at, end);
  if (kind == DATE) return readDate(at, end);
  if (kind == TIMESTAMP) return readTimestamp(at, end);
  return readBoolean(at, end);
}
