// CSV text of a window of CSR entries.
//
// A row is made piece by piece. A piece has at most as many columns as the template has unstored
// cells: it is copied from there, and the stored cells are written into it. For a cell as long as
// an unstored one a single byte is written; any other cell ends one copy and begins the next.

import { crcChangeLast, crcDigits, crcText, startCrc } from './crc';
import { columnOf, isPatch, ROW_ENDS, valueOf } from './entries';
import { writeFloat } from './floats';
import { writeSigned, writeUnsigned } from './integers';

const TEMPLATE_BYTES: i32 = 32768;
export const NA_BYTES: i32 = 512;
/** Bytes between two templates: one more than a multiple of a cache line. */
export const TEMPLATE_STRIDE: i32 = 32768 + 128 + 1;

/** Most entries of a piece. It bounds the scratch below. */
const PIECE_ENTRIES: i32 = 256;

/**
 * Bytes from which on a copy bypasses the caches. Changing bytes of the copy would then fetch them
 * again, so the template is changed before the copy and restored after it.
 */
const STREAMED_BYTES: usize = 2048;

/** Bytes that writers may overwrite after their text. */
const SLACK: usize = 64;

/**
 * Unstored cells, each with its delimiter. There are as many templates as a cell has bytes; one of
 * them has the same position in its cache line as the text to be written has in its own. That makes
 * a copy a fifth faster.
 */
export const TEMPLATE: usize = memory.data(4 * (32768 + 128 + 1), 64);
export const NA: usize = memory.data(512, 16);
/** Room for a piece that may not fit into the rest of a part: 32768 + 256 × (512 + 1) + 64. */
export const SCRATCH: usize = memory.data(32768 + 256 * 513 + 64, 64);

// How the text is written; see `setText`.
export let columns: i32 = 0;
export let unitBytes: usize = 0;
let pieceColumns: i32 = 0;
let phaseMask: usize = 0;
let lineMask: usize = 0;
export let delimiter: u32 = 0;
/**
 * Whole numbers below this have a text as long as an unstored cell, which differs in its first
 * byte.
 */
export let patchLimit: u32 = 0;
let naBytes: usize = 0;
let maxCellBytes: usize = 0;
/** Whether the CRC-32 of what is written is kept; see `countCrc`. */
let isCounted: bool = false;

// The window; see `setWindow`. After its whole rows come entries of one more row, up to column
// `partialColumns`.
export let rowCount: i32 = 0;
export let entryBase: i32 = 0;
export let entryCount: i32 = 0;
let partialColumns: i32 = 0;

// How far the text is made: pieces up to column `column` of row `row`. Of the last piece,
// `pendingBytes` bytes are in the scratch.
let row: i32 = 0;
let column: i32 = 0;
let entry: i32 = 0;
let pendingFrom: usize = 0;
let pendingBytes: usize = 0;

export function setText(
  columns_: i32,
  unitBytes_: i32,
  delimiter_: i32,
  patchLimit_: i32,
  naBytes_: i32,
  maxCellBytes_: i32,
): void {
  columns = columns_;
  unitBytes = unitBytes_;
  pieceColumns = TEMPLATE_BYTES / unitBytes_;
  const phased = unitBytes_ <= 4 && 64 % unitBytes_ == 0;
  phaseMask = phased ? <usize>unitBytes_ - 1 : 0;
  lineMask = phased ? 63 : 0;
  delimiter = delimiter_;
  patchLimit = patchLimit_;
  naBytes = naBytes_;
  maxCellBytes = maxCellBytes_;
  row = column = entry = 0;
  pendingBytes = 0;
  isCounted = false;
}

/** Computes the CRC-32 of the text from here on, of patches from the entries alone. */
export function countCrc(): void {
  startCrc(TEMPLATE, unitBytes);
  isCounted = true;
}

/** Continues with the entries that the host has written. All entries before are used up. */
export function setWindow(
  rowCount_: i32,
  entryBase_: i32,
  entryCount_: i32,
  partialColumns_: i32,
): void {
  rowCount = rowCount_;
  entryBase = entryBase_;
  entryCount = entryCount_;
  partialColumns = partialColumns_;
  row = entry = 0;
}

/** Address of a cell in a template that has the same position in its cache line as `at`. */
// @ts-ignore: decorator
@inline
function templateFor(at: usize): usize {
  const phase = at & phaseMask;
  return TEMPLATE + phase * TEMPLATE_STRIDE + ((at - phase) & lineMask);
}

/**
 * Copies unstored cells; may overwrite 15 bytes after them. A call of `memory.copy` costs 15 ns.
 */
// @ts-ignore: decorator
@inline
function copyCells(to: usize, from: usize, bytes: usize): void {
  if (bytes > 512) {
    memory.copy(to, from, bytes);
    return;
  }
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}

function writeWord(value: bool, at: usize): usize {
  store<u64>(at, value ? 0x65757254 : 0x65736c6146);
  return at + 5 - <usize>value;
}

// @ts-ignore: decorator
@inline
export function writeValue<T>(value: T, at: usize): usize {
  if (isBoolean<T>()) return writeWord(value, at);
  if (isFloat<T>()) {
    if (value == value) return writeFloat(<f64>value, at);
    memory.copy(at, NA, naBytes);
    return at + naBytes;
  }
  return isSigned<T>() ? writeSigned(<i64>value, at) : writeUnsigned(<u64>value, at);
}

/** Writes the digits of the entries `[next, stop)`. The cell of column 0 is at `origin`. */
// @ts-ignore: decorator
@inline
function putDigits<T>(next: i32, stop: i32, origin: usize, unit: usize): void {
  for (let i = next; i < stop; i += 1) {
    store<u8>(origin + <usize>columnOf(i) * unit, 0x30 + <u32>valueOf<T>(i));
  }
}

/** Number of first bytes that the text `[from, end)` and an unstored cell have in common. */
export function sharedBytes(from: usize, end: usize): usize {
  const most = min(end - from, unitBytes - 1);
  let shared: usize = 0;
  while (shared < most && load<u8>(from + shared) == load<u8>(TEMPLATE + shared)) shared += 1;
  return shared;
}

/**
 * Writes the cells of columns `[from, to)`, of which the entries `[first, last)` are stored.
 * Updates the CRC-32 if `counted`.
 */
function writePiece<T>(
  from: i32,
  to: i32,
  first: i32,
  last: i32,
  start: usize,
  counted: bool,
): usize {
  const unit = unitBytes;
  const limit = patchLimit;
  const separator = delimiter;
  let at = start;
  let cell = from;
  let next = first;
  for (;;) {
    let stop = next;
    while (stop < last && isPatch<T>(valueOf<T>(stop), limit)) stop += 1;
    const stopColumn = stop < last ? columnOf(stop) : to;
    const bytes = <usize>(stopColumn - cell) * unit;
    const template = templateFor(at);
    if (bytes < STREAMED_BYTES) {
      copyCells(at, template, bytes);
      putDigits<T>(next, stop, at - <usize>cell * unit, unit);
    } else {
      const origin = template - <usize>cell * unit;
      putDigits<T>(next, stop, origin, unit);
      memory.copy(at, template, bytes);
      for (let i = next; i < stop; i += 1) store<u8>(origin + <usize>columnOf(i) * unit, 0x30);
    }
    at += bytes;
    if (counted) crcDigits<T>(cell, stopColumn, next, stop);
    if (stop == last) break;
    const text = at;
    at = writeValue<T>(valueOf<T>(stop), at);
    store<u8>(at, separator);
    at += 1;
    if (counted) crcText(text, at);
    cell = stopColumn + 1;
    next = stop + 1;
  }
  if (to == columns) {
    store<u8>(at - 1, 0x0a);
    if (counted) crcChangeLast(separator ^ 0x0a);
  }
  return at;
}

/** The end of the entries of the next piece, whose columns end before `end`. */
function pieceEntries(end: i32, rowEntries: i32): i32 {
  const most = min(rowEntries, entry + PIECE_ENTRIES);
  if (end == columns) return most;
  let last = entry;
  while (last < most && columnOf(last) < end) last += 1;
  return last;
}

/**
 * Writes until the window is used up or `end` is reached; returns the address after the text.
 * `isFinished` says whether the window is used up.
 */
// @ts-ignore: decorator
@inline
function writeRows<T>(start: usize, end: usize): usize {
  let at = start;
  while (!isFinished()) {
    if (pendingBytes > 0) {
      const bytes = min(pendingBytes, end - at);
      memory.copy(at, pendingFrom, bytes);
      if (isCounted) crcText(at, at + bytes);
      at += bytes;
      pendingFrom += bytes;
      pendingBytes -= bytes;
      if (pendingBytes > 0) return at;
      continue;
    }
    if (column == columns) {
      column = 0;
      row += 1;
      continue;
    }
    const whole = row < rowCount;
    const limit = whole ? columns : partialColumns;
    const rowEntries = whole ? load<i32>(ROW_ENDS + (<usize>row << 2)) - entryBase : entryCount;
    let pieceEnd = limit - column > pieceColumns ? column + pieceColumns : limit;
    const last = pieceEntries(pieceEnd, rowEntries);
    if (last < rowEntries && last - entry == PIECE_ENTRIES) {
      pieceEnd = min(pieceEnd, columnOf(last - 1) + 1);
    }
    const most =
      <usize>(pieceEnd - column) * unitBytes + <usize>(last - entry) * (maxCellBytes + 1) + SLACK;
    if (at + most <= end) {
      at = writePiece<T>(column, pieceEnd, entry, last, at, isCounted);
    } else {
      pendingFrom = SCRATCH;
      pendingBytes = writePiece<T>(column, pieceEnd, entry, last, SCRATCH, false) - SCRATCH;
    }
    column = pieceEnd;
    entry = last;
  }
  return at;
}

/** True if the window's text is written to its end. */
export function isFinished(): bool {
  return pendingBytes == 0 && row == rowCount && column >= partialColumns;
}

export function writeBool(start: usize, end: usize): usize {
  return writeRows<bool>(start, end);
}

export function writeInt32(start: usize, end: usize): usize {
  return writeRows<i32>(start, end);
}

export function writeUint32(start: usize, end: usize): usize {
  return writeRows<u32>(start, end);
}

export function writeInt64(start: usize, end: usize): usize {
  return writeRows<i64>(start, end);
}

export function writeUint64(start: usize, end: usize): usize {
  return writeRows<u64>(start, end);
}

export function writeFloat64(start: usize, end: usize): usize {
  return writeRows<f64>(start, end);
}
