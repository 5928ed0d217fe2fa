// Decimal digits of whole numbers. Every writer returns the address after what it wrote, and may
// overwrite up to 16 bytes after that.

const ZEROS: u64 = 0x3030303030303030;

/**
 * Eight digits of a number below 10^8 as ASCII, the first in the lowest byte, without a loop or a
 * table.
 */
export function eightDigits(value: u32): u64 {
  const high: u32 = value / 10000;
  let x: u64 = (<u64>high) | ((<u64>(value - high * 10000)) << 32);
  let quotient: u64 = ((x * 10486) >> 20) & 0x0000007f0000007f;
  x = quotient | ((x - quotient * 100) << 16);
  quotient = ((x * 103) >> 10) & 0x000f000f000f000f;
  x = quotient | ((x - quotient * 10) << 8);
  return x | ZEROS;
}

/** Digits of a number below 10^8, without leading zeros. */
// @ts-ignore: decorator
@inline
function writeBelow1e8(value: u32, at: usize): usize {
  const digits = eightDigits(value);
  const leading = min<u64>(ctz(digits ^ ZEROS) >> 3, 7);
  store<u64>(at, digits >> (leading << 3));
  return at + 8 - <usize>leading;
}

export function writeUnsigned(value: u64, at: usize): usize {
  if (value < 100000000) return writeBelow1e8(<u32>value, at);
  const high = value / 100000000;
  const end = writeUnsigned(high, at);
  store<u64>(end, eightDigits(<u32>(value - high * 100000000)));
  return end + 8;
}

export function writeSigned(value: i64, at: usize): usize {
  if (value >= 0) return writeUnsigned(<u64>value, at);
  store<u8>(at, 0x2d);
  return writeUnsigned(<u64>0 - <u64>value, at + 1);
}
