// A deflate stream of the text of CSR entries, made without making the text.
//
// A run of unstored cells repeats itself at the distance of one cell: it is written as matches of
// length 258 and one for the rest. A stored cell is written as literals. What comes after it, up to
// the end of the next unstored cell, is also what lies before it, and so is written as one match,
// the "lead". `../../gzip/deflate-tables.ts` explains all terms.
//
// Everything that is written is counted. From the counts of a block the host makes the code of the
// next block. Blocks end after fixed numbers of steps, so the bytes do not depend on how the rows
// are cut into slices or the stream into parts.

import {
  bitBuffer,
  bitsAt,
  bitsTo,
  bitsUsed,
  codeBits,
  codeSize,
  setBits,
  startBits,
} from './bits';
import {
  addLength,
  crcByte,
  crcCells,
  crcChangeLast,
  crcDigit,
  crcDigits,
  crcText,
  startCrc,
} from './crc';
import {
  addCount,
  codeOf,
  combineCodes,
  countGaps,
  GAP_CODES,
  GAP_COUNTS,
  GAP_LIMIT,
  LEAD_CODES,
  LEAD_COUNTS,
  PATCH_CODES,
  PATCH_COUNTS,
  putCounted,
  putLiteral,
  putLiterals,
  putRun,
  startCounts,
} from './deflate-codes';
import { columnOf, isPatch, ROW_ENDS, valueOf } from './entries';
import {
  columns,
  delimiter,
  entryBase,
  entryCount,
  patchLimit,
  rowCount,
  SCRATCH,
  sharedBytes,
  TEMPLATE,
  unitBytes,
  writeValue,
} from './text';

/** Index in the tables of patches of a patch lead without a digit: it comes after a line end. */
const NO_DIGIT: usize = 10;

/**
 * Most entries in one turn of the loop over patches. Each takes a word at most, so they fit into
 * what a step may write.
 */
const DIGITS_AT_ONCE: i32 = 512;

/** Most unstored cells in a step; 65536 cells of 6 bytes are 1525 matches of at most 36 bits. */
const STEP_CELLS: i32 = 65536;
/**
 * Most bytes that a step writes: its matches, a text of 512 literals of 15 bits, and before them
 * 512 patches of a word each.
 */
const STEP_BYTES: i32 = 12288;

// What was written last.
const LINE_END: i32 = 0;
/** The digit of a patch. It is held back and written together with its patch lead. */
const PATCH: i32 = 1;
const TEXT: i32 = 2;
const CELL: i32 = 3;

// Why `deflateRows` returned.
const WINDOW_USED: i32 = 0;
const OUTPUT_FULL: i32 = 1;
const BLOCK_FULL: i32 = 2;

let row: i32 = 0;
let column: i32 = 0;
let entry: i32 = 0;
let last: i32 = LINE_END;
let digit: u32 = 0;
let textBytes: usize = 0;
/** True if the bytes that the next lead would copy lie before the text written last. */
let canLead: bool = false;
let stepsLeft: i32 = 0;

/** Begins a new text; see `setText`. */
export function startDeflate(): void {
  startCrc(TEMPLATE, unitBytes);
  startBits();
  startCounts();
  row = column = entry = stepsLeft = 0;
  canLead = false;
  last = LINE_END;
}

/** Begins a block of so many steps. The host has written its codes. */
export function startBlock(steps: i32): void {
  stepsLeft = steps;
  combineCodes();
}

/** Begins a window; see `setWindow`. */
export function startDeflateWindow(): void {
  row = entry = 0;
}

/**
 * Writes what comes after the digit held back: the rest of its cell, `cells` unstored cells, and
 * `more` bytes.
 */
function putAfterPatch(cells: i32, more: usize): void {
  const unit = unitBytes;
  const bytes = <usize>(cells + 1) * unit - 1 + more;
  const lead = unit + unit - 1;
  crcDigit(digit);
  crcCells(cells + 1);
  if (canLead && bytes >= lead) {
    putCounted(PATCH_CODES, PATCH_COUNTS, digit);
    putRun(bytes - lead, 0);
    return;
  }
  putLiteral(0x30 + digit);
  const first = min(bytes, unit);
  putLiterals(TEMPLATE + 1, first);
  putRun(bytes - first, 1);
}

/** Writes what comes after a text: a delimiter, `cells` unstored cells, and `more` bytes. */
function putAfterText(cells: i32, more: usize): void {
  const unit = unitBytes;
  const bytes = <usize>cells * unit + 1 + more;
  crcByte(delimiter);
  if (cells > 0) crcCells(cells);
  if (canLead && bytes > unit) {
    putCounted(LEAD_CODES, LEAD_COUNTS, textBytes);
    putRun(bytes - unit - 1, 0);
    return;
  }
  const first = min(bytes, unit);
  putLiterals(TEMPLATE + unit - 1, first);
  putRun(bytes - first, unit - 1);
}

/** Writes `cells` unstored cells, and `more` bytes like theirs, after whatever was written last. */
function putCells(cells: i32, more: usize): void {
  if (last == PATCH) return putAfterPatch(cells, more);
  if (last == TEXT) return putAfterText(cells, more);
  const unit = unitBytes;
  const bytes = <usize>cells * unit + more;
  if (cells > 0) crcCells(cells);
  const lead = unit + unit - 1;
  if (last == CELL) {
    putRun(bytes, 0);
  } else if (canLead && bytes >= lead) {
    putCounted(PATCH_CODES, PATCH_COUNTS, NO_DIGIT);
    putRun(bytes - lead, unit - 1);
  } else {
    const first = min(bytes, unit);
    putLiterals(TEMPLATE, first);
    putRun(bytes - first, 0);
  }
}

/**
 * Writes the unstored cells before a stored one, and the first `more` bytes of the stored one,
 * which are those of an unstored cell.
 */
function putGap(cells: i32, more: usize): void {
  putCells(cells, more);
  const text = unitBytes > 1 && (cells > 1 || (cells == 1 && (last == PATCH || last == TEXT)));
  // A patch lead copies from within the last cell but one.
  canLead = text && (unitBytes == 2 || cells > 1 || patchLimit == 0);
  column += cells;
  last = CELL;
}

function endRow(): void {
  // The line end takes the place of the last delimiter: one byte less.
  const cells = columns - column;
  putCells(cells, -1);
  // The next row's lead copies the last two cells without the line end.
  canLead = unitBytes > 1 && cells > 1;
  crcChangeLast(delimiter ^ 0x0a);
  putLiteral(0x0a);
  addLength(<i64>columns * <i64>unitBytes);
  row += 1;
  column = 0;
  last = LINE_END;
}

/** Writes `cells` unstored cells and a stored one. */
function putEntry<T>(cells: i32, value: T): void {
  if (isPatch<T>(value, patchLimit)) {
    putGap(cells, 0);
    digit = <u32>value;
    last = PATCH;
  } else {
    const end = writeValue<T>(value, SCRATCH);
    const shared = sharedBytes(SCRATCH, end);
    putGap(cells, shared);
    putLiterals(SCRATCH + shared, end - SCRATCH - shared);
    crcText(SCRATCH, end);
    textBytes = end - SCRATCH;
    addLength(<i64>textBytes + 1 - <i64>unitBytes);
    last = TEXT;
  }
  column += 1;
}

/**
 * Writes patches as long as each is followed by a run that fits into a word, and by another patch.
 * In a matrix of counts these are nearly all entries. All state is in local variables: an entry
 * takes 24 ns instead of 32.
 */
function putDigits<T>(rowEntries: i32): void {
  const limit = patchLimit;
  const least: u32 = unitBytes == 2 ? 1 : 2;
  const stop = min(rowEntries, entry + min(stepsLeft, DIGITS_AT_ONCE));
  let next = entry;
  let from = column;
  let held = digit;
  let at = bitsAt;
  let buffer = bitBuffer;
  let used = bitsUsed;
  for (; next < stop; next += 1) {
    const value = valueOf<T>(next);
    const cells = columnOf(next) - from;
    if (<u32>cells - least >= <u32>GAP_LIMIT - least || !isPatch<T>(value, limit)) break;
    const first = codeOf(PATCH_CODES, held);
    const second = codeOf(GAP_CODES, cells);
    const firstSize = codeSize(first);
    const size = firstSize + codeSize(second);
    if (size > 56) break;
    addCount(PATCH_COUNTS, held, 1);
    addCount(GAP_COUNTS, cells, 1);
    const word = buffer | ((codeBits(first) | (codeBits(second) << firstSize)) << used);
    store<u64>(at, word);
    const filled = used + size;
    at += filled >> 3;
    buffer = word >> (filled & 56);
    used = filled & 7;
    held = <u32>value;
    from += cells + 1;
  }
  if (next > entry) {
    crcDigit(digit);
    crcDigits<T>(column - 1, from - 1, entry, next - 1);
  }
  stepsLeft -= next - entry;
  entry = next;
  column = from;
  digit = held;
  setBits(at, buffer, used);
}

/** Writes until the window is used up, `end` is near, or the block is full. */
// @ts-ignore: decorator
@inline
export function deflateRows<T>(start: usize, end: usize): i32 {
  bitsTo(start);
  const full = end - STEP_BYTES;
  for (;;) {
    if (bitsAt > full) return OUTPUT_FULL;
    if (stepsLeft == 0) {
      countGaps();
      return BLOCK_FULL;
    }
    const whole = row < rowCount;
    const rowEntries = whole ? load<i32>(ROW_ENDS + (<usize>row << 2)) - entryBase : entryCount;
    if (!isBoolean<T>() && last == PATCH && canLead) {
      putDigits<T>(rowEntries);
      if (stepsLeft == 0) continue;
    }
    const inRow = entry < rowEntries;
    if (!inRow && !whole) return WINDOW_USED;
    const gap = (inRow ? columnOf(entry) : columns) - column;
    stepsLeft -= 1;
    if (gap > STEP_CELLS) {
      putGap(STEP_CELLS, 0);
    } else if (inRow) {
      putEntry<T>(gap, valueOf<T>(entry));
      entry += 1;
    } else {
      endRow();
    }
  }
  return WINDOW_USED;
}
