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

// Why `inflate` returned; what is wrong with a header, it returns too.
const STREAM_END: i32 = 1;
const INPUT_USED: i32 = 2;
const OUTPUT_FULL: i32 = 3;
const BETWEEN_BLOCKS: i32 = 4;
const CUT_SHORT: i32 = -4;
const BAD_SYMBOL: i32 = -5;
const BAD_DISTANCE: i32 = -6;

// What the next bits are.
const HEADER: i32 = 0;
const STORED: i32 = 1;
const CODED: i32 = 2;

/** What one turn of the loop may read ahead: two words. */
const TURN_BYTES: usize = 16;

let state: i32 = HEADER;

/** Where the output of the last call begins. */
export let outputStart: usize = OUTPUT;

/** Begins between two blocks, behind `windowBytes` at `OUTPUT` and so many bits of the first byte. */
export function start(windowBytes: usize, bits: u32): void {
  startHeaders();
  startInput(bits);
  setOutputEnd(OUTPUT + windowBytes);
  state = HEADER;
}

// The loop keeps the next bits two places up, so that masked they are the offset of an entry of four
// bytes: what decoding waits for is a mask, a load and a shift for each symbol. Shifts are modulo 64, so
// an entry can stand for its lowest six bits, the number of bits it takes.

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

/** The entry of a code that is longer than the index which led to `entry`. */
// @ts-ignore: decorator
@inline
function longEntry(table: usize, indexBits: u32, entry: u32, bits: u64): u32 {
  const index = <u32>(bits >> (indexBits + 2)) & ((1 << (15 - indexBits)) - 1);
  return entryAt(table, ((entry >> 16) & 0x7fff) + index);
}

/** A length or distance: the least of its code, and the extra bits behind the code. */
// @ts-ignore: decorator
@inline
function valueOf(entry: u32, bits: u64): usize {
  const taken = (bits >> 2) & (((<u64>1) << entry) - 1);
  return (entry >> 16) + <u32>(taken >> (entry >> 8));
}

/**
 * Decodes until the block ends, the input is used up or the output full; returns which of them.
 *
 * The next entry is looked up before bits are added behind it, so that it need not wait for them: with
 * that, data of random floats, nearly all literals, come at nine tenths of the speed of Node's own
 * inflate, indices at its speed and counts at twice the speed of its streams.
 */
function decode(): i32 {
  let at = INPUT + (position >> 3);
  let bits = (load<u64>(at) >> (position & 7)) << 2;
  // Bits in the buffer, the two below included; only the lowest byte counts.
  let left: u32 = 58 - (position & 7);
  at += 7;
  let out = outputEnd;
  // With the last input the loop runs into the zeros behind it, if the stream is cut short.
  const limit = INPUT + inputBytes + (isLastInput ? TURN_BYTES : -TURN_BYTES);
  let result = INPUT_USED;
  let entry = lengthEntry(bits);
  while (<isize>at < <isize>limit) {
    if (out >= OUTPUT_LIMIT) {
      result = OUTPUT_FULL;
      break;
    }
    // 54 bits at least: three literals of the index's 11 bits, and the next index.
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
    // Two literals and a length take at most 42 bits; then again 54 are there for a distance's 28.
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

/** Copies what there is of a stored block. */
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

/** Inflates what there is of the block under way. */
function inflateBlock(): i32 {
  const result = state == STORED ? copyStored() : decode();
  if (isOverrun()) return CUT_SHORT;
  if (result == FINE) state = HEADER;
  return result;
}

/**
 * Goes on until the input is used up, the output is full, or a block ends with at least `wanted` bytes
 * of output; returns which, or what is wrong.
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
