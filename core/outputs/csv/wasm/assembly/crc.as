// CRC-32 of text that is never made, in time proportional to its stored cells.
//
// A CRC is the remainder of a polynomial. To add n unstored cells, the register is multiplied by a
// power of x and the CRC of these cells is added; both are in a table. A value of one digit d
// differs from "0" only in the bits of d. Another table has what each of the four bits adds, n
// cells later.

import { columnOf, valueOf } from './entries';

const POLYNOMIAL: u32 = 0xedb88320;

/** Most cells that one step can add. */
const MAX_CELLS: i32 = 4096;

/** Four tables of 256: the CRC of a byte followed by 0 … 3 zero bytes. */
const BYTES: usize = memory.data(4 * 256 * 4, 64);
/** For each number of cells the power of x and the CRC of their text. */
const CELLS: usize = memory.data(4097 * 8, 64);
/**
 * For each number of cells four words: what each of the four lowest bits of the first byte adds.
 */
const DIGIT_BITS: usize = memory.data(4097 * 16, 64);
/** For each digit a mask of the words that are added. */
const DIGIT_MASKS: usize = memory.data(10 * 16, 64);

/** The register, as zlib keeps it: inverted. */
let crcState: u32 = 0;
let length: u64 = 0;

// @ts-ignore: decorator
@inline
function byteEntry(table: usize, byte: u32): u32 {
  return load<u32>(BYTES + (table << 10) + (<usize>(byte & 255) << 2));
}

function fillByteTables(): void {
  for (let byte: u32 = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    store<u32>(BYTES + (<usize>byte << 2), crc);
  }
  for (let i: usize = 0; i < 768; i += 1) {
    const crc = load<u32>(BYTES + (i << 2));
    store<u32>(BYTES + ((i + 256) << 2), (crc >> 8) ^ byteEntry(0, crc));
  }
  for (let i: usize = 0; i < 40; i += 1) {
    store<u32>(DIGIT_MASKS + (i << 2), (i >> 2) & ((<usize>1) << (i & 3)) ? 0xffffffff : 0);
  }
}

// @ts-ignore: decorator
@inline
function afterByte(crc: u32, byte: u32): u32 {
  return (crc >> 8) ^ byteEntry(0, crc ^ byte);
}

/** Four registers after a zero byte. */
// @ts-ignore: decorator
@inline
function afterZeroByte(crcs: v128): v128 {
  return i32x4(
    afterByte(i32x4.extract_lane(crcs, 0), 0),
    afterByte(i32x4.extract_lane(crcs, 1), 0),
    afterByte(i32x4.extract_lane(crcs, 2), 0),
    afterByte(i32x4.extract_lane(crcs, 3), 0),
  );
}

/** Begins a new text, whose unstored cells are the `unitBytes` bytes at `unit`. */
export function startCrc(unit: usize, unitBytes: usize): void {
  if (byteEntry(0, 1) == 0) fillByteTables();
  crcState = 0xffffffff;
  length = 0;
  let power: u32 = 0x80000000;
  let crc: u32 = 0;
  let digits = i32x4(1, 2, 4, 8);
  for (let cells: usize = 0; cells <= <usize>MAX_CELLS; cells += 1) {
    store<u32>(CELLS + (cells << 3), power);
    store<u32>(CELLS + (cells << 3), crc, 4);
    v128.store(DIGIT_BITS + (cells << 4), digits);
    for (let i: usize = 0; i < unitBytes; i += 1) {
      power = afterByte(power, 0);
      crc = afterByte(crc, load<u8>(unit + i));
      digits = afterZeroByte(digits);
    }
  }
}

/**
 * Product of two polynomials modulo the CRC's. Bits that are four apart are multiplied as integers.
 * At most eight ones meet in one place, so no carry reaches the next place that is used.
 */
// @ts-ignore: decorator
@inline
function multiply(a: u32, b: u32): u32 {
  const a0 = <u64>(a & 0x11111111);
  const a1 = <u64>(a & 0x22222222);
  const a2 = <u64>(a & 0x44444444);
  const a3 = <u64>(a & 0x88888888);
  const b0 = <u64>(b & 0x11111111);
  const b1 = <u64>(b & 0x22222222);
  const b2 = <u64>(b & 0x44444444);
  const b3 = <u64>(b & 0x88888888);
  const product =
    (((a0 * b0) ^ (a1 * b3) ^ (a2 * b2) ^ (a3 * b1)) & 0x1111111111111111) |
    (((a0 * b1) ^ (a1 * b0) ^ (a2 * b3) ^ (a3 * b2)) & 0x2222222222222222) |
    (((a0 * b2) ^ (a1 * b1) ^ (a2 * b0) ^ (a3 * b3)) & 0x4444444444444444) |
    (((a0 * b3) ^ (a1 * b2) ^ (a2 * b1) ^ (a3 * b0)) & 0x8888888888888888);
  const aligned = product << 1;
  const low = <u32>aligned;
  return (
    <u32>(aligned >> 32) ^
    byteEntry(3, low) ^
    byteEntry(2, low >> 8) ^
    byteEntry(1, low >> 16) ^
    byteEntry(0, low >> 24)
  );
}

/** The register after at most `MAX_CELLS` unstored cells. */
// @ts-ignore: decorator
@inline
function afterFewCells(crc: u32, cells: i32): u32 {
  const at = CELLS + (<usize>cells << 3);
  return multiply(crc, load<u32>(at)) ^ load<u32>(at, 4);
}

/** Adds what the digit changes if it takes the place of the next "0". */
// @ts-ignore: decorator
@inline
export function crcDigit(digit: u32): void {
  crcState ^= digit;
}

/** Adds unstored cells, each with its delimiter. */
export function crcCells(cells: i32): void {
  let left = cells;
  let crc = crcState;
  while (left > MAX_CELLS) {
    crc = afterFewCells(crc, MAX_CELLS);
    left -= MAX_CELLS;
  }
  crcState = afterFewCells(crc, left);
}

/**
 * What a digit in place of "0" adds to the register, so many cells after the start of its own cell.
 */
// @ts-ignore: decorator
@inline
function digitEffect(digit: u32, cells: i32): v128 {
  return v128.and(
    v128.load(DIGIT_BITS + (<usize>cells << 4)),
    v128.load(DIGIT_MASKS + (<usize>digit << 4)),
  );
}

/** The sum of the lanes of effects. */
// @ts-ignore: decorator
@inline
function effectSum(effects: v128): u32 {
  return (
    i32x4.extract_lane(effects, 0) ^
    i32x4.extract_lane(effects, 1) ^
    i32x4.extract_lane(effects, 2) ^
    i32x4.extract_lane(effects, 3)
  );
}

/**
 * Adds the cells `[from, to)`, which are unstored except for the digits of the entries `[first,
 * last)`. Takes 2 ns per digit.
 */
export function crcDigits<T>(from: i32, to: i32, first: i32, last: i32): void {
  let crc = crcState;
  let next = first;
  for (let at = from; at < to; ) {
    const end = to - at > MAX_CELLS ? at + MAX_CELLS : to;
    let effects = i32x4.splat(0);
    for (; next < last && columnOf(next) < end; next += 1) {
      const effect = digitEffect(<u32>valueOf<T>(next), end - columnOf(next));
      effects = v128.xor(effects, effect);
    }
    crc = afterFewCells(crc, end - at) ^ effectSum(effects);
    at = end;
  }
  crcState = crc;
}

export function crcByte(byte: u32): void {
  crcState = afterByte(crcState, byte);
}

/** Adds the text at `[from, end)`. */
export function crcText(from: usize, end: usize): void {
  let crc = crcState;
  let at = from;
  for (; at + 4 <= end; at += 4) {
    const word = crc ^ load<u32>(at);
    crc =
      byteEntry(3, word) ^ byteEntry(2, word >> 8) ^ byteEntry(1, word >> 16) ^ byteEntry(0, word >> 24);
  }
  for (; at < end; at += 1) crc = afterByte(crc, load<u8>(at));
  crcState = crc;
}

/** CRC-32 of the text that was added since the last call of this function, or since the start. */
export function takeCrc(): u32 {
  const crc = ~crcState;
  crcState = 0xffffffff;
  return crc;
}

/** Replaces the last byte by another one; `difference` has the bits that change. */
// @ts-ignore: decorator
@inline
export function crcChangeLast(difference: u32): void {
  crcState ^= byteEntry(0, difference);
}

// @ts-ignore: decorator
@inline
export function addLength(bytes: i64): void {
  length += <u64>bytes;
}

/** CRC-32 of all text that was added. */
export function textCrc(): u32 {
  return ~crcState;
}

/** Bytes of all text that was added, as a double, which is exact below 2^53. */
export function textLength(): f64 {
  return <f64>length;
}
