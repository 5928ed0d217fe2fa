// The values of PostgreSQL whose binary forms have a length of their own. Each function returns the
// end of what it puts, or 0 where the text is not plain.

/** The value of a digit of base 16, above 15 for what is none. */
// @ts-ignore: decorator
@inline
function hexDigit(byte: u32): u32 {
  if (byte - 48 < 10) return byte - 48;
  const letter = (byte | 32) - 97;
  return letter < 6 ? letter + 10 : 16;
}

/** The byte that two digits are, above 255 for what is none. */
// @ts-ignore: decorator
@inline
function hexPair(at: usize): u32 {
  const high = hexDigit(load<u8>(at));
  const low = hexDigit(load<u8>(at, 1));
  return high > 15 || low > 15 ? 256 : (high << 4) | low;
}

/** Bytes as `\x` and two digits for each. */
export function putHex(from: usize, end: usize, to: usize): usize {
  if (load<u16>(from) != 0x785c || ((end - from) & 1) != 0) return 0;
  for (let at = from + 2; at < end; at += 2, to += 1) {
    const byte = hexPair(at);
    if (byte > 255) return 0;
    store<u8>(to, <u8>byte);
  }
  return to;
}

/** 32 digits with a dash behind the 8th, 12th, 16th and 20th. */
export function putUuid(from: usize, end: usize, to: usize): usize {
  if (end - from != 36) return 0;
  let at = from;
  for (let k: u32 = 0; k < 16; k++) {
    if (k == 4 || k == 6 || k == 8 || k == 10) {
      if (load<u8>(at) != 45) return 0;
      at += 1;
    }
    const byte = hexPair(at);
    if (byte > 255) return 0;
    store<u8>(to + k, <u8>byte);
    at += 2;
  }
  return to + 16;
}

/** Four digits from `at` on as a number, or -1; what lies before `first` or behind `end` is 0. */
// @ts-ignore: decorator
@inline
function fourDigits(at: usize, first: usize, end: usize): i32 {
  let value: u32 = 0;
  for (let k = at; k < at + 4; k++) {
    const digit = k < first || k >= end ? 0 : <u32>load<u8>(k) - 48;
    if (digit > 9) return -1;
    value = value * 10 + digit;
  }
  return <i32>value;
}

/** Puts digits in groups of four from `at` on; returns the end, or 0. */
// @ts-ignore: decorator
@inline
function putGroups(at: usize, first: usize, end: usize, to: usize): usize {
  for (let k = at; k < end; k += 4, to += 2) {
    const group = fourDigits(k, first, end);
    if (group < 0) return 0;
    store<u16>(to, bswap<u16>(<u16>group));
  }
  return to;
}

/** Most digits of a number: more than any type of a table has. */
const MOST_DIGITS: usize = 128;

/**
 * A minus or not, digits, and digits behind a point: groups of four of them around the point.
 * Before these stand their number, the power of 10,000 of the first, the sign, and the digits
 * behind the point.
 */
export function putNumeric(from: usize, end: usize, to: usize): usize {
  const isNegative = load<u8>(from) == 45;
  const first = from + <usize>isNegative;
  let point = first;
  while (point < end && load<u8>(point) != 46) point += 1;
  const whole = point - first;
  const behind = point < end ? end - point - 1 : 0;
  if (whole == 0 || end - first > MOST_DIGITS || (point < end && behind == 0)) return 0;
  const wholeGroups = (whole + 3) >> 2;
  const groups = wholeGroups + ((behind + 3) >> 2);
  let at = putGroups(point - (wholeGroups << 2), first, point, to + 8);
  if (at != 0 && behind > 0) at = putGroups(point + 1, point + 1, end, at);
  store<u16>(to, bswap<u16>(<u16>groups));
  store<u16>(to, bswap<u16>(<u16>(wholeGroups - 1)), 2);
  store<u16>(to, isNegative ? 0x0040 : 0, 4);
  store<u16>(to, bswap<u16>(<u16>behind), 6);
  return at;
}
