// The codes of a deflate block and the counts of their use. `../../gzip/deflate-tables.ts` explains
// the terms lead, patch, run and unit.

import { codeBits, codeSize, joined, putBits, putCode } from './bits';
import { TEMPLATE, unitBytes } from './text';

/**
 * Codes of the literals, each with the number of its bits in the highest byte. The host writes all
 * codes.
 */
export const LITERAL_CODES: usize = memory.data(256 * 8, 64);
/** Codes of runs, by their length. */
export const RUN_CODES: usize = memory.data(259 * 8, 64);
/** Codes of leads, by the length of the text before the lead. */
export const LEAD_CODES: usize = memory.data(512 * 8, 64);
/** Codes of patches, each a digit with its patch lead; then that of a patch lead alone. */
export const PATCH_CODES: usize = memory.data(11 * 8, 64);

/** How often each of them was written in the block. The host reads and clears these counts. */
export const LITERAL_COUNTS: usize = memory.data(256 * 4, 64);
export const RUN_COUNTS: usize = memory.data(259 * 4, 64);
export const LEAD_COUNTS: usize = memory.data(512 * 4, 64);
export const PATCH_COUNTS: usize = memory.data(11 * 4, 64);

/**
 * Codes of gaps, by the number of unstored cells between two patches: the whole run after the patch
 * lead of the first one, if the run fits into a word. At the end of a block the counts of gaps are
 * added to those of runs.
 */
export const GAP_LIMIT: i32 = 2048;
export const GAP_CODES: usize = memory.data(2048 * 8, 64);
export const GAP_COUNTS: usize = memory.data(2048 * 4, 64);

const LONGEST: usize = 258;

/** The most codes of length 258 that fit into a word. */
let someLongest: usize = 0;
let someBits: u64 = 0;
let someSize: u32 = 0;
let longestSize: u32 = 0;

/** Clears the counts that only the module uses. */
export function startCounts(): void {
  memory.fill(GAP_COUNTS, 0, <usize>GAP_LIMIT << 2);
}

/** Makes codes of several matches from those that the host has written. */
export function combineCodes(): void {
  const code = load<u64>(RUN_CODES + (LONGEST << 3));
  longestSize = codeSize(code);
  someBits = 0;
  someSize = 0;
  someLongest = 0;
  while (someSize + longestSize <= 56) {
    someBits |= codeBits(code) << someSize;
    someSize += longestSize;
    someLongest += 1;
  }
  for (let cells: usize = 1; cells < <usize>GAP_LIMIT; cells += 1) {
    store<u64>(GAP_CODES + (cells << 3), runCode((cells - 1) * unitBytes));
  }
}

// @ts-ignore: decorator
@inline
export function putLiteral(byte: u32): void {
  putCounted(LITERAL_CODES, LITERAL_COUNTS, byte);
}

// @ts-ignore: decorator
@inline
export function putCounted(codes: usize, counts: usize, index: usize): void {
  addCount(counts, index, 1);
  putCode(codeOf(codes, index));
}

/** Three codes fit into a word. */
export function putLiterals(from: usize, bytes: usize): void {
  let at = from;
  const end = from + bytes;
  for (; at + 3 <= end; at += 3) {
    const first = literalCode(load<u8>(at));
    const second = literalCode(load<u8>(at, 1));
    const third = literalCode(load<u8>(at, 2));
    const size = codeSize(first) + codeSize(second);
    putBits(
      codeBits(first) | (codeBits(second) << codeSize(first)) | (codeBits(third) << size),
      size + codeSize(third),
    );
  }
  for (; at < end; at += 1) putLiteral(load<u8>(at));
}

/** Counts a literal and returns its code. */
// @ts-ignore: decorator
@inline
function literalCode(byte: u32): u64 {
  addCount(LITERAL_COUNTS, byte, 1);
  return codeOf(LITERAL_CODES, byte);
}

/** Writes matches of length 258, as many at once as fit into a word. */
function putLongest(matches: usize): void {
  addCount(RUN_COUNTS, LONGEST, <u32>matches);
  let left = matches;
  for (; left >= someLongest; left -= someLongest) putBits(someBits, someSize);
  const size = <u32>left * longestSize;
  putBits(someBits & (((<u64>1) << size) - 1), size);
}

/**
 * Number of matches of length 258 at the beginning of a run. Up to 260 bytes are left for the rest,
 * because one or two bytes alone would be too short for a match.
 */
// @ts-ignore: decorator
@inline
function longestIn(bytes: usize): usize {
  const matches = bytes / LONGEST;
  const rest = bytes - matches * LONGEST;
  return matches > 0 && rest > 0 && rest < 3 ? matches - 1 : matches;
}

/** Writes a run of `bytes` bytes; its first one is byte `phase` of a unit. */
export function putRun(bytes: usize, phase: usize): void {
  let rest = bytes;
  if (rest > LONGEST) {
    const matches = longestIn(rest);
    rest -= matches * LONGEST;
    putLongest(matches);
    if (rest > LONGEST) {
      putCounted(RUN_CODES, RUN_COUNTS, rest - 3);
      rest = 3;
    }
  }
  if (rest >= 3) putCounted(RUN_CODES, RUN_COUNTS, rest);
  else if (rest > 0) putLiterals(TEMPLATE + phase, rest);
}

// @ts-ignore: decorator
@inline
export function codeOf(codes: usize, index: usize): u64 {
  return load<u64>(codes + (index << 3));
}

/** Everything that `putRun(bytes, 0)` writes, as one code. */
function runCode(bytes: usize): u64 {
  const matches = longestIn(bytes);
  let rest = bytes - matches * LONGEST;
  let code: u64 = 0;
  for (let i: usize = 0; i < matches && code >> 56 <= 56; i += 1) {
    code = joined(code, codeOf(RUN_CODES, LONGEST));
  }
  if (rest > LONGEST) {
    code = joined(code, codeOf(RUN_CODES, rest - 3));
    rest = 3;
  }
  if (rest >= 3) return joined(code, codeOf(RUN_CODES, rest));
  for (let i: usize = 0; i < rest; i += 1) {
    code = joined(code, codeOf(LITERAL_CODES, load<u8>(TEMPLATE + i)));
  }
  return code;
}

// @ts-ignore: decorator
@inline
export function addCount(counts: usize, index: usize, times: u32): void {
  const at = counts + (index << 2);
  store<u32>(at, load<u32>(at) + times);
}

/** Adds the matches of gaps to the counts of the block. */
export function countGaps(): void {
  for (let cells: usize = 1; cells < <usize>GAP_LIMIT; cells += 1) {
    const times = load<u32>(GAP_COUNTS + (cells << 2));
    if (times == 0) continue;
    store<u32>(GAP_COUNTS + (cells << 2), 0);
    const bytes = (cells - 1) * unitBytes;
    const matches = longestIn(bytes);
    addCount(RUN_COUNTS, LONGEST, <u32>matches * times);
    let rest = bytes - matches * LONGEST;
    if (rest > LONGEST) {
      addCount(RUN_COUNTS, rest - 3, times);
      rest = 3;
    }
    if (rest >= 3) addCount(RUN_COUNTS, rest, times);
    else for (let i: usize = 0; i < rest; i += 1) addCount(LITERAL_COUNTS, load<u8>(TEMPLATE + i), times);
  }
}

