// The header of a block: its kind and its codes.

import { inputBytes, peekBits, position, setPosition, takeBits } from './input';
import {
  buildTable,
  CODE_LENGTH_BITS,
  CODE_LENGTH_SYMBOLS,
  CODE_LENGTHS,
  DISTANCE_BITS,
  DISTANCE_SYMBOLS,
  DISTANCES,
  entryAt,
  fillSymbols,
  LENGTH_BITS,
  LENGTH_SYMBOLS,
  LENGTHS,
  SPECIAL,
} from './tables';

// What is wrong with a header.
export const FINE: i32 = 0;
export const BAD_BLOCK_TYPE: i32 = -1;
export const BAD_STORED_LENGTH: i32 = -2;
export const BAD_CODE: i32 = -3;

/** The order of the lengths of the codes of code lengths. */
const ORDER: usize = memory.data<u8>([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);

/** Lengths of the codes of literals and lengths, then those of distances. */
const CODE_BITS: usize = memory.data(320, 64);

/** True while the tables are those of the fixed code. */
let isFixed: bool = false;

/** True if the block is the last one. */
export let isLastBlock: bool = false;
/** True if the block is stored without a code. */
export let isStored: bool = false;
/** Bytes of a stored block that have not been copied yet. */
export let storedBytes: u32 = 0;

export function startHeaders(): void {
  if (entryAt(LENGTH_SYMBOLS, 256) == 0) fillSymbols();
  isLastBlock = false;
  storedBytes = 0;
}

export function takeStored(bytes: u32): void {
  storedBytes -= bytes;
}

function buildTables(lengthCount: u32, distanceCount: u32): bool {
  return (
    buildTable(LENGTHS, LENGTH_BITS, LENGTH_SYMBOLS, CODE_BITS, lengthCount) &&
    buildTable(
      DISTANCES,
      DISTANCE_BITS,
      DISTANCE_SYMBOLS,
      CODE_BITS + lengthCount,
      distanceCount,
    )
  );
}

function setFixedCode(): void {
  if (isFixed) return;
  memory.fill(CODE_BITS, 8, 144);
  memory.fill(CODE_BITS + 144, 9, 112);
  memory.fill(CODE_BITS + 256, 7, 24);
  memory.fill(CODE_BITS + 280, 8, 8);
  memory.fill(CODE_BITS + 288, 5, 32);
  buildTables(288, 32);
  isFixed = true;
}

/** Reads so many lengths of codes. Returns false if they are not a valid sequence. */
function readCodeBits(total: u32): bool {
  let at: u32 = 0;
  while (at < total) {
    const entry = entryAt(CODE_LENGTHS, <u32>peekBits() & 127);
    if (entry & SPECIAL) return false;
    setPosition(position + (entry & 255));
    const symbol = entry >> 16;
    let repeat: u32 = 1;
    let bits: u32 = symbol;
    if (symbol == 16) {
      if (at == 0) return false;
      bits = load<u8>(CODE_BITS + at - 1);
      repeat = takeBits(2) + 3;
    } else if (symbol > 16) {
      bits = 0;
      repeat = symbol == 17 ? takeBits(3) + 3 : takeBits(7) + 11;
    }
    if (at + repeat > total) return false;
    memory.fill(CODE_BITS + at, <u8>bits, repeat);
    at += repeat;
  }
  return true;
}

function readCode(): i32 {
  isFixed = false;
  const lengthCount = takeBits(5) + 257;
  const distanceCount = takeBits(5) + 1;
  const codeLengthCount = takeBits(4) + 4;
  if (lengthCount > 286 || distanceCount > 30) return BAD_CODE;
  memory.fill(CODE_BITS, 0, 19);
  for (let i: u32 = 0; i < codeLengthCount; i += 1) {
    store<u8>(CODE_BITS + load<u8>(ORDER + i), takeBits(3));
  }
  const isCode = buildTable(CODE_LENGTHS, CODE_LENGTH_BITS, CODE_LENGTH_SYMBOLS, CODE_BITS, 19);
  // A single code of code lengths leaves half of the table undefined, which zlib refuses.
  if (!isCode || entryAt(CODE_LENGTHS, 127) & SPECIAL) return BAD_CODE;
  if (!readCodeBits(lengthCount + distanceCount)) return BAD_CODE;
  // A block without a code for its end is damaged.
  if (load<u8>(CODE_BITS + 256) == 0) return BAD_CODE;
  return buildTables(lengthCount, distanceCount) ? FINE : BAD_CODE;
}

function readStoredLength(): i32 {
  setPosition((position + 7) & ~7);
  const length = takeBits(16);
  const complement = takeBits(16);
  // After the end of a stream that is cut short, any bytes might be read.
  if (position > inputBytes << 3) return FINE;
  if ((length ^ complement) != 0xffff) return BAD_STORED_LENGTH;
  storedBytes = length;
  return FINE;
}

/**
 * Reads a header, all of which is in the input. Returns what is wrong with it, or that it is fine.
 */
export function readHeader(): i32 {
  isLastBlock = takeBits(1) == 1;
  const kind = takeBits(2);
  isStored = kind == 0;
  if (kind == 0) return readStoredLength();
  if (kind == 2) return readCode();
  if (kind == 3) return BAD_BLOCK_TYPE;
  setFixedCode();
  return FINE;
}

