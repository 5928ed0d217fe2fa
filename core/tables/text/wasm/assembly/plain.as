// Finds out for which columns every field is plain: spelled so that any reader makes the same value
// of it, and loses nothing.

/** Most bytes of a field that are kept from one scan to the next: no plain one is longer. */
export const CARRIED: usize = 64;

/** Columns behind these are not looked at. */
export const MAX_CHECKED: u32 = 32768;

/** For each column its form, or 0 where nothing is expected, or a field was not plain. */
const FORMS: usize = memory.data(32768, 16);
/** For each column the most digits: of a whole number, behind the point of others. */
const DIGITS: usize = memory.data(32768, 16);

const WHOLE: u8 = 1;
const DECIMAL: u8 = 2;
const FLOAT: u8 = 3;
const DATE: u8 = 4;
const TIMESTAMP: u8 = 5;
const BOOLEAN: u8 = 6;

/** Bytes that are looked at together. */
const LANES: usize = 16;

/** Whether any column is still expected to be plain. */
export let checksFields: bool = false;
/** How many are. */
let expected: u32 = 0;

/** A byte that stands around a field, or 0. */
let quote: u8 = 0;

/** Expects nothing of the columns of a text. */
export function startFields(columns: u32, quoteByte: u8): void {
  quote = quoteByte;
  memory.fill(FORMS, 0, min(columns, MAX_CHECKED));
  expected = 0;
  checksFields = false;
}

/** Expects every field of a column to be empty or of a form. */
export function expectForm(column: u32, form: u8, digits: u8): void {
  store<u8>(FORMS + column, form);
  store<u8>(DIGITS + column, digits);
  expected += 1;
  checksFields = true;
}

/** Whether every field of the column was as expected. */
export function isPlain(column: u32): bool {
  return load<u8>(FORMS + column) != 0;
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return <u8>(byte - 48) < 10;
}

/** A bit for each of the 16 bytes from `at` on that is a digit. */
// @ts-ignore: decorator
@inline
function digitBits(bytes: v128): u32 {
  return i8x16.bitmask(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10)));
}

// @ts-ignore: decorator
@inline
function bitsOf(bytes: v128, byte: u8): u32 {
  return i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(byte)));
}

// @ts-ignore: decorator
@inline
function behindSign(at: usize): usize {
  return load<u8>(at) == 45 ? at + 1 : at;
}

/** So many digits and no more, behind a minus or not. */
function isWhole(at: usize, end: usize, most: usize): bool {
  const first = behindSign(at);
  const count = end - first;
  if (count == 0 || count > most) return false;
  const few = min(count, LANES);
  if (~digitBits(v128.load(first)) & ((1 << <u32>few) - 1)) return false;
  for (let k = first + few; k < end; k++) if (!isDigit(load<u8>(k))) return false;
  return true;
}

/** Digits with at most one point among them, and at most so many behind it. */
function isFraction(first: usize, end: usize, most: usize): bool {
  if (end - first > LANES) return isLongFraction(first, end, most);
  const bytes = v128.load(first);
  const all: u32 = (1 << <u32>(end - first)) - 1;
  const digits = digitBits(bytes) & all;
  const points = all & ~digits;
  if (digits == 0 || (points & (points - 1)) != 0) return false;
  if (points == 0) return true;
  return (bitsOf(bytes, 46) & points) != 0 && end - first - 1 - <usize>ctz(points) <= most;
}

function isLongFraction(first: usize, end: usize, most: usize): bool {
  if (end - first > CARRIED - 2) return false;
  let point: usize = end;
  for (let k = first; k < end; k++) {
    const byte = load<u8>(k);
    if (isDigit(byte)) continue;
    if (byte != 46 || point != end) return false;
    point = k;
  }
  return point == end || end - point - 1 <= most;
}

/** A number that is finite in 32 bits too: an exponent has a digit at most. */
function isFloat(at: usize, end: usize): bool {
  const first = behindSign(at);
  if (first == end || end - first > 32) return false;
  if (isFraction(first, end, 32)) return true;
  let exponent = end - 1;
  if (!isDigit(load<u8>(exponent))) return false;
  exponent -= 1;
  if (exponent > first && isDigit(load<u8>(exponent))) exponent -= 1;
  if (exponent <= first) return false;
  const sign = load<u8>(exponent);
  // More than a digit only where it makes the number small.
  if (end - exponent == 3 && sign != 45) return false;
  if (sign == 43 || sign == 45) exponent -= 1;
  if (exponent <= first || (load<u8>(exponent) | 32) != 101) return false;
  return exponent - first <= 24 && isFraction(first, exponent, 24);
}

/** `YYYY-MM-DD`. */
function isDate(at: usize, end: usize): bool {
  if (end - at != 10) return false;
  const bytes = v128.load(at);
  return (digitBits(bytes) & 0x3ff) == 0x36f && (bitsOf(bytes, 45) & 0x90) == 0x90;
}

/** `YYYY-MM-DD hh:mm:ss`, or `T` between them, with at most so many digits behind a point. */
function isTimestamp(at: usize, end: usize, most: usize): bool {
  if (end - at < 19) return false;
  const bytes = v128.load(at);
  // 2026-03-01 12:34, the third colon and the seconds behind them.
  if (digitBits(bytes) != 0xdb6f || (bitsOf(bytes, 45) & 0x90) != 0x90) return false;
  const between = load<u8>(at, 10);
  if ((between != 32 && between != 84) || load<u8>(at, 13) != 58) return false;
  if (load<u8>(at, 16) != 58 || !isDigit(load<u8>(at, 17)) || !isDigit(load<u8>(at, 18))) {
    return false;
  }
  // 24:00 is left to those who know what it means.
  if (load<u16>(at, 11) == 0x3432) return false;
  if (end - at == 19) return true;
  const digits = end - at - 20;
  if (load<u8>(at, 19) != 46 || digits == 0 || digits > most) return false;
  for (let k = at + 20; k < end; k++) if (!isDigit(load<u8>(k))) return false;
  return true;
}

/** `true` or `false`, in letters of any case. */
function isBoolean(at: usize, end: usize): bool {
  const first = load<u32>(at) | 0x20202020;
  if (end - at == 4) return first == 0x65757274;
  return end - at == 5 && first == 0x736c6166 && (load<u8>(at, 4) | 32) == 101;
}

function hasForm(form: u8, at: usize, end: usize, digits: usize): bool {
  switch (form) {
    case WHOLE:
      return isWhole(at, end, digits);
    case DECIMAL:
      return isFraction(behindSign(at), end, digits);
    case FLOAT:
      return isFloat(at, end);
    case DATE:
      return isDate(at, end);
    case TIMESTAMP:
      return isTimestamp(at, end, digits);
    default:
      return isBoolean(at, end);
  }
}

/** Says that a field of a column is not plain. */
export function expectNothing(column: u32): void {
  if (column >= MAX_CHECKED || load<u8>(FORMS + column) == 0) return;
  store<u8>(FORMS + column, 0);
  expected -= 1;
  checksFields = expected > 0;
}

/** Looks at the field `[from, to)` of a column: nothing without quotes is plain. */
// @ts-ignore: decorator
@inline
export function checkField(column: u32, from: usize, to: usize): void {
  if (column >= MAX_CHECKED) return;
  const form = load<u8>(FORMS + column);
  if (form == 0 || from == to) return;
  // The text is proved: where one quote stands, there is the other one.
  const quotes: usize = load<u8>(from) == quote ? 1 : 0;
  if (!hasForm(form, from + quotes, to - quotes, <usize>load<u8>(DIGITS + column))) {
    expectNothing(column);
  }
}
