// Python's `repr` of a double: the shortest digits that read back as the same double, and of those
// the nearest. Raffaello Giulietti, "The Schubfach way to render doubles" (2021), section 9.

import { eightDigits, writeUnsigned } from './integers';

/**
 * Powers of ten 10^-292 … 10^324, each the upper 128 bits rounded up: high word, low word. The host
 * writes them.
 */
export const POWERS_OF_TEN: usize = memory.data(617 * 16, 16);

const SMALLEST_POWER = -292;

const FRACTION_MASK: u64 = 0x000fffffffffffff;
const HIDDEN_BIT: u64 = 0x0010000000000000;
const ZEROS: u64 = 0x3030303030303030;

const TENS: usize = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
  100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
  10000000000000000, 100000000000000000,
]);

/** The decimal exponent of the digits that `shortest` returned last. */
let decimalExponent: i32 = 0;

// @ts-ignore: decorator
@inline
function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const carry = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (carry >> 32);
}

/**
 * Digits of a positive finite double, which is given by its fraction and exponent bits; trailing
 * zeros are possible. The double times four, and the bounds of the numbers that round to it, are
 * scaled by one power of ten and kept to 64 bits, "rounded to odd". That is enough to compare them.
 */
function shortest(fraction: u64, exponentBits: i32): u64 {
  let c = fraction;
  let q: i32 = -1074;
  if (exponentBits != 0) {
    c |= HIDDEN_BIT;
    q = exponentBits - 1075;
  }
  const odd = c & 1;
  const closer: i32 = <i32>(fraction == 0) & <i32>(exponentBits > 1);
  const k: i32 = (q * 1262611 - closer * 524031) >> 22;
  const h: i32 = q + ((-k * 1741647) >> 19) + 1;
  const power = POWERS_OF_TEN + ((-k - SMALLEST_POWER) << 4);
  const gHigh = load<u64>(power);
  const gLow = load<u64>(power, 8);

  // The product of g and 4c, shifted by h: three words. Its neighbours differ by g shifted.
  const scaled = (c << 2) << h;
  const word0 = gLow * scaled;
  const upper0 = multiplyHigh(gLow, scaled);
  const lower1 = gHigh * scaled;
  const word1 = upper0 + lower1;
  const word2 = multiplyHigh(gHigh, scaled) + <u64>(word1 < lower1);
  const v = word2 | <u64>(word1 > 1);

  const up: i32 = h + 1;
  const up0 = gLow << up;
  const up1 = (gHigh << up) | (gLow >> (64 - up));
  const up2 = gHigh >> (64 - up);
  const above1 = word1 + up1;
  const carryUp = <u64>(word0 + up0 < word0);
  const aboveWord1 = above1 + carryUp;
  const above2 = word2 + up2 + <u64>(above1 < word1) + <u64>(aboveWord1 < above1);
  const upperBound = (above2 | <u64>(aboveWord1 > 1)) - odd;

  const down: i32 = up - closer;
  const down0 = gLow << down;
  const down1 = (gHigh << down) | (gLow >> (64 - down));
  const down2 = gHigh >> (64 - down);
  const borrow = <u64>(word0 < down0);
  const below1 = word1 - down1;
  const belowWord1 = below1 - borrow;
  const below2 = word2 - down2 - <u64>(word1 < down1) - <u64>(below1 < borrow);
  const lowerBound = (below2 | <u64>(belowWord1 > 1)) + odd;

  const s = v >> 2;
  if (s >= 10) {
    const tenth = s / 10;
    const ten = tenth * 40;
    const lowFits = lowerBound <= ten;
    const highFits = ten + 40 <= upperBound;
    if (lowFits != highFits) {
      decimalExponent = k + 1;
      return tenth + <u64>highFits;
    }
  }
  decimalExponent = k;
  const four = s << 2;
  const lowFits = lowerBound <= four;
  const highFits = four + 4 <= upperBound;
  if (lowFits != highFits) return s + <u64>highFits;
  const middle = four + 2;
  return s + <u64>(v > middle || (v == middle && (s & 1) != 0));
}

function countDigits(value: u64): i32 {
  const guess: i32 = ((64 - <i32>clz(value)) * 1233) >> 12;
  return guess + <i32>(value >= load<u64>(TENS + (guess << 3)));
}

/** `e-07`, `e+16`, `e+308`. */
function writeExponent(exponent: i32, at: usize): usize {
  store<u8>(at, 0x65);
  store<u8>(at, exponent < 0 ? 0x2d : 0x2b, 1);
  const size = abs(exponent);
  if (size >= 10) return writeUnsigned(size, at + 2);
  store<u8>(at, 0x30, 2);
  store<u8>(at, 0x30 + size, 3);
  return at + 4;
}

/** Writes 17 digits, the first at `at`. */
// @ts-ignore: decorator
@inline
function writeSeventeen(first: u64, middle: u64, last: u64, at: usize): void {
  store<u8>(at, 0x30 + <u32>first);
  store<u64>(at, middle, 1);
  store<u64>(at, last, 9);
}

/** Writes the digits with the decimal point after digit `point`, counted from the first. */
function writeDecimal(digits: u64, exponent: i32, at: usize): usize {
  const count = countDigits(digits);
  const point = count + exponent;
  const seventeen = digits * load<u64>(TENS + ((17 - count) << 3));
  const first = seventeen / 10000000000000000;
  const rest = seventeen - first * 10000000000000000;
  const upper = rest / 100000000;
  const middle = eightDigits(<u32>upper);
  const last = eightDigits(<u32>(rest - upper * 100000000));
  const zeros: u64 =
    last != ZEROS ? clz(last ^ ZEROS) >> 3 : 8 + (middle != ZEROS ? clz(middle ^ ZEROS) >> 3 : 8);
  const kept: i32 = 17 - <i32>zeros;
  if (point > 0 && point <= 16) {
    writeSeventeen(first, middle, last, at);
    v128.store(at + point + 1, v128.load(at + point));
    store<u8>(at + point, 0x2e);
    return at + 1 + max(kept, point + 1);
  }
  if (point <= 0 && point > -4) {
    store<u64>(at, 0x303030303030_2e30);
    writeSeventeen(first, middle, last, at + 2 - point);
    return at + 2 - point + kept;
  }
  writeSeventeen(first, middle, last, at + 1);
  store<u8>(at, 0x30 + <u32>first);
  store<u8>(at, 0x2e, 1);
  return writeExponent(point - 1, kept == 1 ? at + 1 : at + 1 + kept);
}

/**
 * Writes a double that is not NaN; returns the address after it. May overwrite 32 bytes after that.
 * The longest text is `-1.7976931348623157e+308`.
 */
export function writeFloat(value: f64, at: usize): usize {
  let to = at;
  const bits = reinterpret<u64>(value);
  if (<i64>bits < 0) {
    store<u8>(to, 0x2d);
    to += 1;
  }
  const magnitude = bits & 0x7fffffffffffffff;
  if (magnitude == 0x7ff0000000000000) {
    store<u32>(to, 0x666e69);
    return to + 3;
  }
  const size = reinterpret<f64>(magnitude);
  if (size < 9007199254740992.0) {
    const whole = <u64>size;
    if (<f64>whole == size) {
      to = writeUnsigned(whole, to);
      store<u16>(to, 0x302e);
      return to + 2;
    }
  }
  const digits = shortest(bits & FRACTION_MASK, <i32>(magnitude >> 52));
  return writeDecimal(digits, decimalExponent, to);
}
