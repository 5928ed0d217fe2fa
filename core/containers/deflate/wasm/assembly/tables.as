// Tables with the meaning of the next bits of the stream.
//
// An entry is a word. Bits 0 … 7 are the number of bits that it takes in the stream, with extra
// bits; bits 8 … 11 how many of these are the code; bits 16 … 30 the literal, the least length or
// the least distance.

/** The entry is a literal. It is the sign bit, so the test is a comparison with 0. */
export const LITERAL: u32 = 0x80000000;
/**
 * The entry is not a literal, length or distance; it is an invalid code unless another flag is set.
 */
export const SPECIAL: u32 = 0x8000;
/** The code is longer than the table's index: bits 16 … 30 are where its own table begins. */
export const SUBTABLE: u32 = 0x4000;
export const BLOCK_END: u32 = 0x2000;

const MAX_CODE_BITS: u32 = 15;

/** Index bits of the three tables. */
export const LENGTH_BITS: u32 = 11;
export const DISTANCE_BITS: u32 = 8;
export const CODE_LENGTH_BITS: u32 = 7;

// In a complete code of 288 symbols at most 143 indexes of the table have long codes, because each
// has at least two.
export const LENGTHS: usize = memory.data((2048 + 143 * 16) * 4, 64);
export const DISTANCES: usize = memory.data((256 + 15 * 128) * 4, 64);
export const CODE_LENGTHS: usize = memory.data(128 * 4, 64);

/** The entries of all symbols, without the lengths of their codes. */
export const LENGTH_SYMBOLS: usize = memory.data(288 * 4, 64);
export const DISTANCE_SYMBOLS: usize = memory.data(32 * 4, 64);
export const CODE_LENGTH_SYMBOLS: usize = memory.data(19 * 4, 64);

/** For each length the number of codes, and the next code. */
const COUNTS: usize = memory.data(16 * 4, 64);
const NEXT_CODES: usize = memory.data(16 * 4, 64);

// @ts-ignore: decorator
@inline
function put(table: usize, index: u32, entry: u32): void {
  store<u32>(table + (<usize>index << 2), entry);
}

// @ts-ignore: decorator
@inline
export function entryAt(table: usize, index: u32): u32 {
  return load<u32>(table + (<usize>index << 2));
}

/** Writes the meanings of the symbols of RFC 1951, section 3.2.5. */
export function fillSymbols(): void {
  for (let i: u32 = 0; i < 256; i += 1) put(LENGTH_SYMBOLS, i, LITERAL | (i << 16));
  put(LENGTH_SYMBOLS, 256, SPECIAL | BLOCK_END);
  let least: u32 = 3;
  for (let i: u32 = 0; i < 28; i += 1) {
    const extra = i < 8 ? 0 : (i >> 2) - 1;
    put(LENGTH_SYMBOLS, 257 + i, (least << 16) | extra);
    least += 1 << extra;
  }
  put(LENGTH_SYMBOLS, 285, 258 << 16);
  put(LENGTH_SYMBOLS, 286, SPECIAL);
  put(LENGTH_SYMBOLS, 287, SPECIAL);
  least = 1;
  for (let i: u32 = 0; i < 30; i += 1) {
    const extra = i < 4 ? 0 : (i >> 1) - 1;
    put(DISTANCE_SYMBOLS, i, (least << 16) | extra);
    least += 1 << extra;
  }
  put(DISTANCE_SYMBOLS, 30, SPECIAL);
  put(DISTANCE_SYMBOLS, 31, SPECIAL);
  for (let i: u32 = 0; i < 19; i += 1) put(CODE_LENGTH_SYMBOLS, i, i << 16);
}

/**
 * Reverses the bits of a code: in the stream the first bit is the lowest, but codes are counted
 * from their last bit.
 */
function reversed(code: u32, bits: u32): u32 {
  let r = ((code >> 1) & 0x5555) | ((code & 0x5555) << 1);
  r = ((r >> 2) & 0x3333) | ((r & 0x3333) << 2);
  r = ((r >> 4) & 0x0f0f) | ((r & 0x0f0f) << 4);
  return (((r >> 8) & 0x00ff) | ((r & 0x00ff) << 8)) >> (16 - bits);
}

/**
 * Counts the codes of each length. Returns true if they are a complete code, a single code of one
 * bit, or none.
 */
function countCodes(lengths: usize, symbolCount: u32): bool {
  memory.fill(COUNTS, 0, 16 * 4);
  for (let i: u32 = 0; i < symbolCount; i += 1) {
    const bits = load<u8>(lengths + i);
    put(COUNTS, bits, entryAt(COUNTS, bits) + 1);
  }
  const used = symbolCount - entryAt(COUNTS, 0);
  put(COUNTS, 0, 0);
  let free: i32 = 1;
  let code: u32 = 0;
  for (let bits: u32 = 1; bits <= MAX_CODE_BITS; bits += 1) {
    code = (code + entryAt(COUNTS, bits - 1)) << 1;
    put(NEXT_CODES, bits, code);
    free = (free << 1) - <i32>entryAt(COUNTS, bits);
  }
  return free == 0 || used == 0 || (used == 1 && entryAt(COUNTS, 1) == 1);
}

/**
 * Makes a table from the lengths of the codes, one byte per symbol.
 *
 * Returns false if they are too many or too few for their lengths. As in zlib, a single code of one
 * bit is allowed, and no code at all: the bits that these leave undefined are an error only where
 * they occur.
 */
export function buildTable(
  table: usize,
  indexBits: u32,
  symbols: usize,
  lengths: usize,
  symbolCount: u32,
): bool {
  if (!countCodes(lengths, symbolCount)) return false;
  const size: u32 = 1 << indexBits;
  const invalid = (<u64>SPECIAL << 32) | <u64>SPECIAL;
  for (let i: usize = 0; i < <usize>size << 2; i += 8) store<u64>(table + i, invalid);
  const subtableBits = MAX_CODE_BITS - indexBits;
  let subtable = size;
  for (let i: u32 = 0; i < symbolCount; i += 1) {
    const bits: u32 = load<u8>(lengths + i);
    if (bits == 0) continue;
    const code = entryAt(NEXT_CODES, bits);
    put(NEXT_CODES, bits, code + 1);
    const entry = entryAt(symbols, i) + (bits | (bits << 8));
    const index = reversed(code, bits);
    if (bits <= indexBits) {
      for (let at = index; at < size; at += 1 << bits) put(table, at, entry);
      continue;
    }
    const first = index & (size - 1);
    if ((entryAt(table, first) & SUBTABLE) == 0) {
      put(table, first, SPECIAL | SUBTABLE | (subtable << 16));
      subtable += 1 << subtableBits;
    }
    const from = entryAt(table, first) >> 16;
    const step: u32 = 1 << (bits - indexBits);
    for (let at = index >> indexBits; at < <u32>1 << subtableBits; at += step) {
      put(table, from + at, entry);
    }
  }
  return true;
}
