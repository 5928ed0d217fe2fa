// Writes the single values of a line as a record of CSV: those of the keys of the schema, in their
// order. Texts are quoted where they need to be, which takes the engine longer to read. Null is an
// empty field.

import { checkField, checksFields, expectNothing, startFields } from './plain';
import { decodeString } from './strings';

/** Node of the first column; the others follow it. */
export const FIRST_NODE: u32 = 2;

/** For each of 256 columns, twelve bytes: begin and end of its value in the line, what it is. */
const VALUES: usize = memory.data(256 * 12, 16);

const ABSENT: u8 = 0;
const NULL: u8 = 1;
/** As it stands in the line. */
const BARE: u8 = 2;
/** A text without escapes. */
const PLAIN: u8 = 3;
/** A text with escapes. */
const ESCAPED: u8 = 4;

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;

/** Whether lines become records, which takes a schema of single values alone. */
export let writesRecords: bool = false;
/** Node of the last column. */
export let lastNode: u32 = 0;
let columns: u32 = 0;

/** Columns of a text, or 0 for lines of JSON. */
export function startRecords(count: u32): void {
  columns = count;
  lastNode = FIRST_NODE + count - 1;
  writesRecords = count > 0;
  memory.fill(VALUES, 0, 256 * 12);
  startFields(count, QUOTE);
}

/** Whether the line has had a value for the column. */
// @ts-ignore: decorator
@inline
export function hasValue(column: u32): bool {
  return load<u8>(VALUES + column * 12, 8) != ABSENT;
}

/** Keeps where the value of a column lies; of texts with their quotes. */
// @ts-ignore: decorator
@inline
export function keepValue(column: u32, start: usize, end: usize, isEscaped: bool): void {
  const value = VALUES + column * 12;
  const byte = load<u8>(start);
  store<u32>(value, <u32>start);
  store<u32>(value, <u32>end, 4);
  // Only null begins with that letter.
  const kind = byte == 0x6e ? NULL : byte != QUOTE ? BARE : isEscaped ? ESCAPED : PLAIN;
  store<u8>(value, kind, 8);
}

/** Doubles the quotes of the text `[start, end)`. Returns its new end. */
function doubleQuotes(start: usize, end: usize): usize {
  let quotes: usize = 0;
  for (let at = start; at < end; at += 1) if (load<u8>(at) == QUOTE) quotes += 1;
  let at = end;
  let to = end + quotes;
  while (at < to) {
    at -= 1;
    to -= 1;
    const byte = load<u8>(at);
    store<u8>(to, byte);
    if (byte != QUOTE) continue;
    to -= 1;
    store<u8>(to, QUOTE);
  }
  return end + quotes;
}

/** Writes a text with escapes: it does not become longer. */
function putEscaped(start: usize, end: usize, to: usize): usize {
  store<u8>(to, QUOTE);
  const last = doubleQuotes(to + 1, decodeString(start + 1, end - 1, to + 1));
  store<u8>(last, QUOTE);
  return last + 1;
}

/** Copies 16 bytes at a time: what that writes beyond is overwritten. */
function put(start: usize, end: usize, to: usize): usize {
  let out = to;
  for (let at = start; at < end; at += 16) {
    v128.store(out, v128.load(at));
    out += 16;
  }
  return to + (end - start);
}

/** Writes a text without escapes, of which only a comma has to stand in quotes. */
// @ts-ignore: decorator
@inline
function putText(start: usize, end: usize, to: usize): usize {
  const last = end - 1;
  if (last == start + 1) return put(start, end, to);
  let out = to;
  for (let at = start + 1; at < last; at += 16) {
    const bytes = v128.load(at);
    const commas = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(COMMA)));
    if (commas && at + <usize>ctz(commas) < last) return put(start, end, to);
    v128.store(out, bytes);
    out += 16;
  }
  return to + (last - start - 1);
}

/** Writes the values of the line, and forgets them. Returns the address behind the record. */
export function putRecord(to: usize): usize {
  let out = to;
  for (let column: u32 = 0; column < columns; column += 1) {
    if (column) {
      store<u8>(out, COMMA);
      out += 1;
    }
    const value = VALUES + column * 12;
    const kind = load<u8>(value, 8);
    store<u8>(value, ABSENT, 8);
    if (kind <= NULL) continue;
    const start = <usize>load<u32>(value);
    const end = <usize>load<u32>(value, 4);
    if (kind == ESCAPED) {
      expectNothing(column);
      out = putEscaped(start, end, out);
      continue;
    }
    if (checksFields) checkField(column, start, end);
    out = kind == BARE ? put(start, end, out) : putText(start, end, out);
  }
  return out;
}
