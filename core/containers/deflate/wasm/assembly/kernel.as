// Inflates a raw deflate stream (RFC 1951) piece by piece, and can stop between its blocks.

import {
  FINE,
  isLastBlock,
  isStored,
  readHeader,
  startHeaders,
  storedBytes,
  takeStored,
} from './header';
import {
  HEADER_BYTES,
  INPUT,
  inputBytes,
  isLastInput,
  isOverrun,
  position,
  setPosition,
  startInput,
} from './input';
import { copyMatch, OUTPUT, OUTPUT_LIMIT, outputEnd, setOutputEnd, slideOutput } from './output';
import {
  BLOCK_END,
  DISTANCE_BITS,
  DISTANCES,
  entryAt,
  LENGTH_BITS,
  LENGTHS,
  LITERAL,
  SPECIAL,
  SUBTABLE,
} from './tables';

export { addInput, INPUT_CAPACITY, inputBytes, makeRoom, position } from './input';
export { OUTPUT, outputEnd } from './output';

// Why `inflate` returned. It can also return what is wrong with a header.
const STREAM_END: i32 = 1;
const INPUT_USED: i32 = 2;
const OUTPUT_FULL: i32 = 3;
const BETWEEN_BLOCKS: i32 = 4;
const CUT_SHORT: i32 = -4;
const BAD_SYMBOL: i32 = -5;
const BAD_DISTANCE: i32 = -6;

// Kind of the next bits.
const HEADER: i32 = 0;
const STORED: i32 = 1;
const CODED: i32 = 2;

/** Bytes that one turn of the loop may read ahead: two words. */
const TURN_BYTES: usize = 16;

let state: i32 = HEADER;

/** Where the output of the last call begins. */
export let outputStart: usize = OUTPUT;

/**
 * Begins between two blocks, after so many bits of the first byte. The `windowBytes` bytes before
 * are at `OUTPUT`.
 */
export function start(windowBytes: usize, bits: u32): void {
  startHeaders();
  startInput(bits);
  setOutputEnd(OUTPUT + windowBytes);
  state = HEADER;
}

// The loop keeps the next bits two places higher, so that with a mask they are the offset of an
// entry of four bytes. Each symbol then waits only for a mask, a load and a shift. Shifts are
// modulo 64, so the whole entry can be used as a shift by its lowest six bits, the number of bits
// that it takes.

// @ts-ignore: decorator
@inline
function lengthEntry(bits: u64): u32 {
  return load<u32>(<usize>(<u32>bits & (((1 << LENGTH_BITS) - 1) << 2)), LENGTHS);
}

// @ts-ignore: decorator
@inline
function distanceEntry(bits: u64): u32 {
  return load<u32>(<usize>(<u32>bits & (((1 << DISTANCE_BITS) - 1) << 2)), DISTANCES);
}

/** The entry of a code that is longer than the table's index; `entry` refers to its own table. */
// @ts-ignore: decorator
@inline
function longEntry(table: usize, indexBits: u32, entry: u32, bits: u64): u32 {
  const index = <u32>(bits >> (indexBits + 2)) & ((1 << (15 - indexBits)) - 1);
  return entryAt(table, ((entry >> 16) & 0x7fff) + index);
}

/** A length or distance: the least one of its code plus the extra bits after the code. */
// @ts-ignore: decorator
@inline
function valueOf(entry: u32, bits: u64): usize {
  const taken = (bits >> 2) & (((<u64>1) << entry) - 1);
  return (entry >> 16) + <u32>(taken >> (entry >> 8));
}

/**
 * Decodes until the block ends, the input is used up, or the output is full. Returns which of
 * these.
 *
 * The next entry is looked up before more bits are loaded, so that it does not wait for them. With
 * that, random floats (nearly all literals) are inflated at nine tenths of the speed of Node's own
 * inflate, indices at its speed, and counts at twice the speed of its streams.
 */
function decode(): i32 {
  let at = INPUT + (position >> 3);
  let bits = (load<u64>(at) >> (position & 7)) << 2;
  // Number of bits in the buffer, including the two lowest ones; only the lowest byte counts.
  let left: u32 = 58 - (position & 7);
  at += 7;
  let out = outputEnd;
  // If the stream is cut short, the loop reads the zeros after the last input.
  const limit = INPUT + inputBytes + (isLastInput ? TURN_BYTES : -TURN_BYTES);
  let result = INPUT_USED;
  let entry = lengthEntry(bits);
  while (<isize>at < <isize>limit) {
    if (out >= OUTPUT_LIMIT) {
      result = OUTPUT_FULL;
      break;
    }
    // At least 54 bits: three literals of 11 bits, the index's width, and the next index.
    bits |= load<u64>(at) << left;
    at += 7 - ((left >> 3) & 7);
    left |= 56;
    if (entry & LITERAL) {
      bits >>= entry;
      left -= entry;
      store<u8>(out++, entry >> 16);
      entry = lengthEntry(bits);
      if (entry & LITERAL) {
        bits >>= entry;
        left -= entry;
        store<u8>(out++, entry >> 16);
        entry = lengthEntry(bits);
        if (entry & LITERAL) {
          bits >>= entry;
          left -= entry;
          store<u8>(out++, entry >> 16);
          entry = lengthEntry(bits);
          continue;
        }
      }
    }
    if (entry & SPECIAL) {
      if (entry & SUBTABLE) entry = longEntry(LENGTHS, LENGTH_BITS, entry, bits);
      if (entry & (LITERAL | SPECIAL)) {
        if (entry & SPECIAL) result = entry & BLOCK_END ? FINE : BAD_SYMBOL;
        bits >>= entry;
        left -= entry;
        if (entry & SPECIAL) break;
        store<u8>(out++, entry >> 16);
        entry = lengthEntry(bits);
        continue;
      }
    }
    // Two literals and a length take at most 42 bits. Then 54 bits are loaded again, of which a
    // distance takes 28.
    const length = valueOf(entry, bits);
    bits >>= entry;
    left -= entry;
    entry = distanceEntry(bits);
    bits |= load<u64>(at) << left;
    at += 7 - ((left >> 3) & 7);
    left |= 56;
    if (entry & SUBTABLE) entry = longEntry(DISTANCES, DISTANCE_BITS, entry, bits);
    const distance = valueOf(entry, bits);
    if (entry & SPECIAL || distance > out - OUTPUT) {
      result = entry & SPECIAL ? BAD_SYMBOL : BAD_DISTANCE;
      break;
    }
    bits >>= entry;
    left -= entry;
    entry = lengthEntry(bits);
    copyMatch(out, distance, out + length);
    out += length;
  }
  setOutputEnd(out);
  setPosition((<u32>(at - INPUT) << 3) + 2 - (left & 255));
  return result;
}

/** Copies the bytes of a stored block that are in the input. */
function copyStored(): i32 {
  const from = position >> 3;
  const bytes = min(min(storedBytes, inputBytes - from), <u32>(OUTPUT_LIMIT - outputEnd));
  memory.copy(outputEnd, INPUT + from, bytes);
  setOutputEnd(outputEnd + bytes);
  setPosition(position + (bytes << 3));
  takeStored(bytes);
  if (storedBytes == 0) return FINE;
  if (outputEnd >= OUTPUT_LIMIT) return OUTPUT_FULL;
  return isLastInput ? CUT_SHORT : INPUT_USED;
}

function readBlockHeader(): i32 {
  if (!isLastInput && inputBytes - (position >> 3) < HEADER_BYTES) return INPUT_USED;
  const fault = readHeader();
  if (isOverrun()) return CUT_SHORT;
  state = isStored ? STORED : CODED;
  return fault;
}

/** Inflates the part of the current block that is in the input. */
function inflateBlock(): i32 {
  const result = state == STORED ? copyStored() : decode();
  if (isOverrun()) return CUT_SHORT;
  if (result == FINE) state = HEADER;
  return result;
}

/**
 * Inflates until the input is used up, the output is full, or a block ends after at least `wanted`
 * bytes of output. Returns which of these, or what is wrong.
 */
export function inflate(wanted: usize): i32 {
  slideOutput();
  outputStart = outputEnd;
  let result = FINE;
  while (result == FINE) {
    if (state != HEADER) {
      result = inflateBlock();
      continue;
    }
    if (isLastBlock) return STREAM_END;
    if (outputEnd - outputStart >= wanted) return BETWEEN_BLOCKS;
    result = readBlockHeader();
  }
  return result;
}
