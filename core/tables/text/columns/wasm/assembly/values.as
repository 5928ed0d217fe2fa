// Writes a value of a column as Parquet has it, if its text is spelled in the plainest way.

import {
  eightDigits,
  fractionDigits,
  isNearest,
  NO_NUMBER,
  powerOfTen,
  readDigits,
  readFraction,
  toDouble,
} from './numbers';

// What a column holds. Text is the rest.
export const TEXT: u8 = 0;
const WHOLE_32: u8 = 1;
const WHOLE_64: u8 = 2;
const DECIMAL: u8 = 3;
const FLOAT: u8 = 4;
const DOUBLE: u8 = 5;
const DATE: u8 = 6;
const TIMESTAMP: u8 = 7;
export const BOOLEAN: u8 = 8;

/** Bytes of a value of each kind. */
export const VALUE_BYTES = memory.data<u8>([0, 4, 8, 8, 4, 8, 4, 8, 0]);

/** The value of the last {@link readValue}: its low bytes. */
export let value: u64 = 0;

/** A whole number from `-least` to `most`; where `least` is 0 there is no minus. */
function readWhole(at: usize, end: usize, least: u64, most: u64): bool {
  const isNegative = load<u8>(at) == 45 && least != 0;
  const first = isNegative ? at + 1 : at;
  if (first == end) return false;
  const digits = readDigits(first, end - first);
  if (digits == NO_NUMBER || digits > (isNegative ? least : most)) return false;
  value = isNegative ? 0 - digits : digits;
  return true;
}

/** A decimal of at most `scale` digits behind the point, below `bound` without it. */
function readDecimal(at: usize, end: usize, scale: u64, bound: u64): bool {
  const isNegative = load<u8>(at) == 45;
  const digits = readFraction(isNegative ? at + 1 : at, end);
  if (digits >= bound || fractionDigits > <u32>scale) return false;
  const missing = <u32>scale - fractionDigits;
  if (missing > 0 && digits >= bound / powerOfTen(missing)) return false;
  const all = digits * powerOfTen(missing);
  value = isNegative ? 0 - all : all;
  return true;
}

/** Where the exponent of a number begins, or its end. */
function exponentOf(at: usize, end: usize): usize {
  let k = at;
  while (k < end && (load<u8>(k) | 32) != 101) k += 1;
  return k;
}

/** A number with up to 19 digits, and an exponent of up to three. */
function readDouble(at: usize, end: usize, isSingle: bool): bool {
  const isNegative = load<u8>(at) == 45;
  const first = isNegative ? at + 1 : at;
  let exponent = 0;
  let digits = readFraction(first, end);
  if (digits == NO_NUMBER) {
    const mark = exponentOf(first, end);
    if (mark == end || mark + 1 == end) return false;
    digits = readFraction(first, mark);
    if (digits == NO_NUMBER) return false;
    const sign = load<u8>(mark, 1);
    const from = mark + (sign == 43 || sign == 45 ? 2 : 1);
    if (from == end || end - from > 3) return false;
    const power = readDigits(from, end - from);
    if (power == NO_NUMBER) return false;
    exponent = sign == 45 ? -<i32>power : <i32>power;
  }
  const double = toDouble(digits, exponent - fractionDigits);
  if (!isNearest) return false;
  const bits = reinterpret<u64>(double) | (isNegative ? <u64>1 << 63 : 0);
  if (!isSingle) {
    value = bits;
    return true;
  }
  // Halfway between two floats the double may have been rounded onto the half.
  if ((bits & 0x1fffffff) == 0x10000000) return false;
  if (double != 0 && (double < 1.1754943508222875e-38 || double > 3.4028234663852886e38)) {
    return false;
  }
  value = <u64>reinterpret<u32>(<f32>reinterpret<f64>(bits));
  return true;
}

const DAYS_IN = memory.data<u8>([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);

/** Stands for what is no day. */
const NO_DAY: i32 = i32.MIN_VALUE;

/** `YYYY-MM-DD` as days from 1970-01-01 on. */
function readDay(at: usize): i32 {
  if (load<u8>(at, 4) != 45 || load<u8>(at, 7) != 45) return NO_DAY;
  // One word of all eight digits.
  const text =
    <u64>load<u32>(at) | (<u64>load<u16>(at, 5) << 32) | (<u64>load<u16>(at, 8) << 48);
  const number = eightDigits(text);
  if (number == NO_NUMBER) return NO_DAY;
  const year = <i32>(number / 10000);
  const month = <i32>((number / 100) % 100);
  const day = <i32>(number % 100);
  if (year == 0 || month == 0 || month > 12 || day == 0) return NO_DAY;
  const isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > load<u8>(DAYS_IN + month) + (month == 2 && isLeap ? 1 : 0)) return NO_DAY;
  // Years that begin in March, of which 400 have 146,097 days.
  const shifted = month > 2 ? year : year - 1;
  const inYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + inYear - 719468;
}

function readDate(at: usize, end: usize): bool {
  if (end - at != 10) return false;
  const day = readDay(at);
  if (day == NO_DAY) return false;
  value = <u64>day;
  return true;
}

/** `YYYY-MM-DD hh:mm:ss` or with a `T`, and up to six digits behind a point, in microseconds. */
function readTimestamp(at: usize, end: usize): bool {
  const count = end - at;
  if (count < 19 || count > 26 || count == 20) return false;
  const between = load<u8>(at, 10);
  if (between != 32 && between != 84) return false;
  if (load<u8>(at, 13) != 58 || load<u8>(at, 16) != 58) return false;
  const day = readDay(at);
  if (day == NO_DAY) return false;
  const text =
    0x3030 |
    (<u64>load<u16>(at, 11) << 16) |
    (<u64>load<u16>(at, 14) << 32) |
    (<u64>load<u16>(at, 17) << 48);
  const clock = eightDigits(text);
  if (clock == NO_NUMBER) return false;
  const hour = clock / 10000;
  const minute = (clock / 100) % 100;
  const second = clock % 100;
  if (hour > 23 || minute > 59 || second > 59) return false;
  let micros: u64 = 0;
  if (count > 19) {
    if (load<u8>(at, 19) != 46) return false;
    micros = readDigits(at + 20, count - 20);
    if (micros == NO_NUMBER) return false;
    micros *= powerOfTen(26 - <u32>count);
  }
  const seconds = <i64>day * 86400 + <i64>(hour * 3600 + minute * 60 + second);
  value = <u64>(seconds * 1000000) + micros;
  return true;
}

/** `true` or `false`, in letters of any case. */
function readBoolean(at: usize, end: usize): bool {
  const first = load<u32>(at) | 0x20202020;
  value = end - at == 4 ? 1 : 0;
  if (end - at == 4) return first == 0x65757274;
  return end - at == 5 && first == 0x736c6166 && (load<u8>(at, 4) | 32) == 101;
}

/** Reads the text `[at, end)`; returns whether it is plain, with `value`. */
export function readValue(kind: u8, at: usize, end: usize, low: u64, high: u64): bool {
  switch (kind) {
    case WHOLE_32:
    case WHOLE_64:
      return readWhole(at, end, low, high);
    case DECIMAL:
      return readDecimal(at, end, low, high);
    case FLOAT:
      return readDouble(at, end, true);
    case DOUBLE:
      return readDouble(at, end, false);
    case DATE:
      return readDate(at, end);
    case TIMESTAMP:
      return readTimestamp(at, end);
    default:
      return readBoolean(at, end);
  }
}
