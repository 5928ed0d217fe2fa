// Turns proved records into rows of PostgreSQL's COPY in its binary format: the values of a record
// one after the other, each behind its length.

import { copyText, findEnds, startText } from './fields';
import { putHex, putNumeric, putUuid } from './forms';
import {
  BOOLEAN,
  DATE,
  DOUBLE,
  FLOAT,
  ODD,
  readTime,
  readValue,
  TEXT,
  TIMESTAMP,
  WHOLE_32,
  WHOLE_64,
} from './values';

export { LEAST_POWER, WIDE_POWERS } from './numbers';

// What only PostgreSQL has.
const WHOLE_16: u8 = 16;
const NUMERIC: u8 = 17;
const TIME: u8 = 18;
const INSTANT: u8 = 19;
const UUID: u8 = 20;
const BYTES: u8 = 21;

/** Bytes of text that are added to what waits before records are turned into rows. */
export const BATCH: i32 = 262144;

/** Most bytes that wait of a record. */
export const MAX_WAITING: i32 = 4194304;

/** A table of PostgreSQL has no more. */
export const MAX_COLUMNS: u32 = 1600;

/** Text: what waits, and a batch. */
export const INPUT: usize = memory.data(4194304 + 262144 + 128, 64);

/** Where fields end. Before it stands where the byte before the first one is. */
const ENDS: usize = memory.data((262144 + 4096) * 4, 64) + 4;

/** A row adds two bytes; a field at most 14 to its text and delimiter. */
export const OUTPUT: usize = memory.data(4194304 + 262144 + 16 * (262144 + 4096) + 64, 64);

const KINDS: usize = memory.data(1600, 16);

let columns: u32 = 0;
/** Bytes of the input. */
let inputBytes: usize = 0;
/** Rows of the last batch. */
export let rows: u32 = 0;

/** Begins a text, whose fields may be quoted. */
export function start(columnCount: u32): void {
  columns = columnCount;
  startText(44, 34);
  inputBytes = 0;
}

/** What a column of the table holds. */
export function expectKind(column: u32, kind: u8): void {
  store<u8>(KINDS + column, kind);
}

/** Where the host may write more. */
export function inputEnd(): usize {
  return INPUT + inputBytes;
}

export function addInput(bytes: u32): void {
  inputBytes += bytes;
}

/** Bytes of a record that has not ended. */
export function waiting(): u32 {
  return <u32>inputBytes;
}

/** From 1970-01-01 to 2000-01-01, from which PostgreSQL counts. */
const DAYS: u32 = 10957;
const MICROSECONDS: u64 = 946684800000000;

/** The bits of what is no number, or of no finite one; or {@link ODD}. */
function special(at: usize, end: usize): u64 {
  const isNegative = load<u8>(at) == 45;
  const from = at + <usize>isNegative;
  if (end - from != 3) return ODD;
  const letters = (<u32>load<u16>(from) | (<u32>load<u8>(from, 2) << 16)) & 0xdfdfdf;
  if (letters == 0x4e414e && !isNegative) return 0x7ff8000000000000;
  if (letters != 0x464e49) return ODD;
  return isNegative ? 0xfff0000000000000 : 0x7ff0000000000000;
}

/** The value of a kind of fixed length in its low bytes, or {@link ODD}. */
function valueOf(kind: u8, at: usize, end: usize): u64 {
  switch (kind) {
    case WHOLE_16:
      return readValue(WHOLE_64, at, end, 0x8000, 0x7fff);
    case WHOLE_32:
      return readValue(WHOLE_64, at, end, 0x80000000, 0x7fffffff);
    case WHOLE_64:
      return readValue(WHOLE_64, at, end, 0x8000000000000000, 0x7fffffffffffffff);
    case FLOAT: {
      const bits = readValue(FLOAT, at, end, 0, 0);
      if (bits != ODD) return bits;
      const other = special(at, end);
      return other == ODD ? ODD : <u64>reinterpret<u32>(<f32>reinterpret<f64>(other));
    }
    case DOUBLE: {
      const bits = readValue(DOUBLE, at, end, 0, 0);
      return bits == ODD ? special(at, end) : bits;
    }
    case DATE: {
      const day = readValue(DATE, at, end, 0, 0);
      return day == ODD ? ODD : day - DAYS;
    }
    case TIME:
      return readTime(at, end);
    case TIMESTAMP: {
      const micros = readValue(TIMESTAMP, at, end, 0, 0);
      return micros == ODD ? ODD : micros - MICROSECONDS;
    }
    case INSTANT: {
      // The engine writes UTC alone.
      if (end - at < 4 || (load<u32>(end - 4) >> 8) != 0x30302b) return ODD;
      const micros = readValue(TIMESTAMP, at, end - 3, 0, 0);
      return micros == ODD ? ODD : micros - MICROSECONDS;
    }
    default:
      return readValue(BOOLEAN, at, end, 0, 0);
  }
}

/** Bytes of a value of a kind. */
function lengthOf(kind: u8): u32 {
  if (kind == BOOLEAN) return 1;
  if (kind == WHOLE_16) return 2;
  return kind == WHOLE_32 || kind == FLOAT || kind == DATE ? 4 : 8;
}

/** Puts a value of fixed length; returns the end, or 0 where the text is not plain. */
// @ts-ignore: decorator
@inline
function putFixed(kind: u8, from: usize, end: usize, to: usize): usize {
  const value = valueOf(kind, from, end);
  if (value == ODD) return 0;
  const length = lengthOf(kind);
  store<u32>(to, bswap<u32>(length));
  // The low bytes come last.
  store<u64>(to, bswap<u64>(value << ((8 - length) << 3)), 4);
  return to + 4 + length;
}

/** Puts what follows the length of a value whose length varies; as {@link putFixed}. */
function putVarying(kind: u8, from: usize, end: usize, to: usize): usize {
  if (kind == TEXT) return copyText(from, end, to);
  if (kind == NUMERIC) return putNumeric(from, end, to);
  if (kind == UUID) return putUuid(from, end, to);
  return putHex(from, end, to);
}

/** Puts a value; returns the end, or 0 where its text is not plain. */
// @ts-ignore: decorator
@inline
function putField(kind: u8, from: usize, end: usize, to: usize): usize {
  if (from == end) {
    store<i32>(to, -1);
    return to + 4;
  }
  const varies = kind == TEXT || kind == NUMERIC || kind == UUID || kind == BYTES;
  if (!varies) return putFixed(kind, from, end, to);
  const behind = putVarying(kind, from, end, to + 4);
  if (behind != 0) store<u32>(to, bswap<u32>(<u32>(behind - to - 4)));
  return behind;
}

/**
 * Turns the records that have ended into rows. Returns their bytes, at {@link OUTPUT}; or -1 where
 * a text is not plain.
 */
export function convert(): i32 {
  store<u32>(ENDS - 4, <u32>INPUT - 1);
  rows = findEnds(INPUT, INPUT + inputBytes, ENDS) / columns;
  let to = OUTPUT;
  let at = ENDS;
  const width = bswap<u16>(<u16>columns);
  for (let row: u32 = 0; row < rows; row++) {
    store<u16>(to, width);
    to += 2;
    for (let column: u32 = 0; column < columns; column++, at += 4) {
      const from = <usize>load<u32>(at - 4) + 1;
      to = putField(load<u8>(KINDS + column), from, <usize>load<u32>(at), to);
      if (to == 0) return -1;
    }
  }
  const read = <usize>load<u32>(at - 4) + 1 - INPUT;
  inputBytes -= read;
  memory.copy(INPUT, INPUT + read, inputBytes);
  return <i32>(to - OUTPUT);
}
