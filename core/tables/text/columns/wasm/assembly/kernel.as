// Turns proved records into the pages of a row group of Parquet: plain values, and beside each
// column that is no text one of the texts that are not spelled in the plainest way.

import { copyText, findEnds, quoteByte, startText } from './fields';
import {
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  FLOAT,
  ODD,
  readValue,
  TEXT,
  TIMESTAMP,
  WHOLE_32,
  WHOLE_64,
} from './values';

export { LEAST_POWER, WIDE_POWERS } from './numbers';

/**
 * Bytes of text that are added to what waits before records are turned into a row group. With more
 * of them a core would not find again in its cache what it has just read.
 */
export const BATCH: i32 = 1048576;

/** Most columns. */
export const MAX_COLUMNS: u32 = 64;

/** The text: what waits of a record of at most 4 MiB, and a batch. */
export const INPUT: usize = memory.data(1048576 + 4 * 1048576 + 65536 + 128, 64);

/** Where fields end. Before it stands where the byte before the first one is. */
const ENDS: usize = memory.data((1048576 + 4096) * 4, 64) + 4;

/** Bytes of pages for a byte of text are at most five: a digit and its delimiter become eight. */
export const OUTPUT: usize = memory.data(5 * (5 * 1048576 + 65536) + 65536, 64);

/** Texts that are not plain, of one column. */
const ODD_TEXTS: usize = memory.data(3 * (5 * 1048576 + 65536) + 65536, 64);

const KINDS: usize = memory.data(64, 16);
const LOWS: usize = memory.data(64 * 8, 16);
const HIGHS: usize = memory.data(64 * 8, 16);
/** For each column 1 if one of its texts was not plain. */
export const ODDS: usize = memory.data(64, 16);

/**
 * Of the last row group for each column: where in the output its page begins, and its bytes; then
 * the same of the texts beside it.
 */
export const PAGES: usize = memory.data(64 * 4 * 4, 16);

let columns: u32 = 0;
/** Bytes of the input. */
let inputBytes: usize = 0;
/** Records of the last row group. */
export let rows: u32 = 0;

let out: usize = 0;

/** Begins a text. A quote of 0 stands for none. */
export function start(columnCount: u32, delimiterByte: u8, quoteOrNone: u8): void {
  columns = columnCount;
  startText(delimiterByte, quoteOrNone);
  inputBytes = 0;
  memory.fill(KINDS, TEXT, MAX_COLUMNS);
  memory.fill(ODDS, 0, MAX_COLUMNS);
}

/** What a column holds, and two numbers that bound it. */
export function expectKind(column: u32, kind: u8, low: u64, high: u64): void {
  store<u8>(KINDS + column, kind);
  store<u64>(LOWS + (column << 3), low);
  store<u64>(HIGHS + (column << 3), high);
}

/** Where the host may write more. */
export function inputEnd(): usize {
  return INPUT + inputBytes;
}

export function addInput(bytes: u32): void {
  inputBytes += bytes;
}

/** A text with its length. */
// @ts-ignore: decorator
@inline
function putText(from: usize, end: usize, to: usize): usize {
  const behind = copyText(from, end, to + 4);
  store<u32>(to, <u32>(behind - to - 4));
  return behind;
}

function putVarint(to: usize, value: u32): usize {
  // Five bytes, whatever the number is, so that a header has a fixed length.
  for (let k: u32 = 0; k < 4; k++) store<u8>(to + k, ((value >> (7 * k)) & 127) | 128);
  store<u8>(to, <u8>(value >> 28), 4);
  return to + 5;
}

function putNumber(to: usize, value: u32): usize {
  store<u8>(to, 0x15);
  return putVarint(to + 1, value << 1);
}

/** Bytes of the header of a page. */
const HEADER: usize = 29;

/** The header of a page of plain values. */
function putHeader(at: usize, bytes: u32): void {
  store<u16>(at, 0x0015);
  let to = putNumber(at + 2, bytes);
  to = putNumber(to, bytes);
  store<u8>(to, 0x2c);
  to = putNumber(to + 1, rows);
  store<u64>(to, 0x0000061506150015);
}

/** Bytes before the bits of a page: their length, and how many there are. */
const LEVELS: usize = 9;

/** Begins a page: where the bits of the rows stand that have a value. */
function beginPage(): usize {
  const bits = out + HEADER + LEVELS;
  const groups = (rows + 7) >> 3;
  memory.fill(out, 0, bits + groups - out);
  out = bits + groups;
  return bits;
}

/** Ends the page whose bits of `values` rows were set. */
function endPage(bits: usize, values: u32, chunk: u32): void {
  const groups = (rows + 7) >> 3;
  const isRun = values == rows;
  // All rows have one: a run of one level, right before the values.
  const levels = isRun ? bits + groups - LEVELS - 1 : bits - LEVELS;
  store<u32>(levels, isRun ? 6 : groups + 5);
  putVarint(levels + 4, isRun ? rows << 1 : (groups << 1) | 1);
  if (isRun) store<u8>(levels + LEVELS, 1);
  const begin = levels - HEADER;
  putHeader(begin, <u32>(out - levels));
  store<u32>(PAGES + (chunk << 3), <u32>(begin - OUTPUT));
  store<u32>(PAGES + (chunk << 3), <u32>(out - begin), 4);
}

// @ts-ignore: decorator
@inline
function setBit(bits: usize, row: u32): void {
  const at = bits + (row >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) | (<u32>1 << (row & 7))));
}

function putTexts(column: u32): void {
  const bits = beginPage();
  let values: u32 = 0;
  let to = out;
  let at = ENDS + (column << 2);
  for (let first: u32 = 0; first < rows; first += 8) {
    const group = min<u32>(8, rows - first);
    let valid: u32 = 0;
    for (let k: u32 = 0; k < group; k++, at += columns << 2) {
      const from = <usize>load<u32>(at - 4) + 1;
      const end = <usize>load<u32>(at);
      if (from == end) continue;
      valid |= 1 << k;
      to = putText(from, end, to);
    }
    values += <u32>popcnt(valid);
    store<u8>(bits + (first >> 3), <u8>valid);
  }
  out = to;
  endPage(bits, values, column << 1);
}

/** Rows of these. */
const ODD_ROWS: usize = memory.data(4 * (1048576 + 4096), 16);

/** The page of the texts that are not plain: those at {@link ODD_TEXTS}, up to `end`. */
function putOdd(column: u32, odd: u32, end: usize): void {
  const bits = beginPage();
  for (let k: u32 = 0; k < odd; k++) setBit(bits, load<u32>(ODD_ROWS + (k << 2)));
  memory.copy(out, ODD_TEXTS, end - ODD_TEXTS);
  out += end - ODD_TEXTS;
  if (odd > 0) store<u8>(ODDS + column, 1);
  endPage(bits, odd, (column << 1) + 1);
}

let odd: u32 = 0;
let oddEnd: usize = 0;

function keepOdd(row: u32, from: usize, end: usize): void {
  store<u32>(ODD_ROWS + (odd << 2), row);
  odd += 1;
  oddEnd = putText(from, end, oddEnd);
}

/**
 * The pages of a column of one kind. It is made once for each kind, which is a constant there, and
 * keeps in variables what changes with each row.
 */
// @ts-ignore: decorator
@inline
function putKind(kind: u8, column: u32): void {
  const low = load<u64>(LOWS + (column << 3));
  const high = load<u64>(HIGHS + (column << 3));
  const bytes: usize = kind == WHOLE_32 || kind == FLOAT || kind == DATE ? 4 : 8;
  const bits = beginPage();
  odd = 0;
  oddEnd = ODD_TEXTS;
  let values: u32 = 0;
  let flags: u32 = 0;
  let to = out;
  let at = ENDS + (column << 2);
  for (let first: u32 = 0; first < rows; first += 8) {
    const group = min<u32>(8, rows - first);
    let valid: u32 = 0;
    for (let k: u32 = 0; k < group; k++, at += columns << 2) {
      const from = <usize>load<u32>(at - 4) + 1;
      const end = <usize>load<u32>(at);
      if (from == end) continue;
      const quotes = <usize>(load<u8>(from) == quoteByte);
      const value = readValue(kind, from + quotes, end - quotes, low, high);
      if (value == ODD) {
        keepOdd(first + k, from, end);
        continue;
      }
      valid |= 1 << k;
      if (kind == BOOLEAN) {
        // The byte under way, which is stored again with each of its bits.
        const bit = values & 7;
        flags = (bit == 0 ? 0 : flags) | (<u32>value << bit);
        store<u8>(to + (values >> 3), <u8>flags);
        values += 1;
      } else {
        store<u64>(to, value);
        to += bytes;
      }
    }
    store<u8>(bits + (first >> 3), <u8>valid);
  }
  if (kind == BOOLEAN) to += (values + 7) >> 3;
  else values = <u32>((to - out) / bytes);
  out = to;
  endPage(bits, values, column << 1);
  putOdd(column, odd, oddEnd);
}

function putValues(column: u32, kind: u8): void {
  switch (kind) {
    case WHOLE_32:
      return putKind(WHOLE_32, column);
    case WHOLE_64:
      return putKind(WHOLE_64, column);
    case DECIMAL:
      return putKind(DECIMAL, column);
    case FLOAT:
      return putKind(FLOAT, column);
    case DOUBLE:
      return putKind(DOUBLE, column);
    case DATE:
      return putKind(DATE, column);
    case TIMESTAMP:
      return putKind(TIMESTAMP, column);
    default:
      return putKind(BOOLEAN, column);
  }
}

/** Turns the records that have ended into a row group. Returns its bytes, at {@link OUTPUT}. */
export function convert(): u32 {
  store<u32>(ENDS - 4, <u32>INPUT - 1);
  rows = findEnds(INPUT, INPUT + inputBytes, ENDS) / columns;
  out = OUTPUT;
  if (rows == 0) return 0;
  for (let column: u32 = 0; column < columns; column++) {
    const kind = load<u8>(KINDS + column);
    if (kind == TEXT) putTexts(column);
    else putValues(column, kind);
  }
  const read = <usize>load<u32>(ENDS + ((rows * columns - 1) << 2)) + 1 - INPUT;
  inputBytes -= read;
  memory.copy(INPUT, INPUT + read, inputBytes);
  return <u32>(out - OUTPUT);
}
