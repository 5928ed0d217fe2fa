// Proves one line, an object of RFC 8259, and writes it with its numbers as strings, or its values
// as a record.

import {
  BAD_NUMBER,
  CUT_SHORT,
  DEEP,
  fail,
  failNode,
  MORE_VALUES,
  NO_COLON,
  NO_COMMA,
  NO_NAME,
  NO_VALUE,
  TWO_KEYS,
} from './fault';
import { closeKeys, keyCount, lastKey, popKey, pushKey } from './keys';
import { FIRST_NODE, hasValue, keepValue, lastNode, putRecord, writesRecords } from './records';
import {
  ANY,
  fieldOf,
  holdsValues,
  kindOf,
  LEAF,
  LIST,
  MAP,
  passName,
  STRUCT,
  valuesOf,
} from './schema';
import { hasEscape, skipString } from './strings';

/** Most objects and lists around a value. */
const MAX_DEPTH: u32 = 64;

/** Twelve bytes for each open object or list: its node, its first key, and whether it is a list. */
const OPEN: usize = memory.data(65 * 12, 64);

const LF: u8 = 10;
const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;

// What comes next.
const FIRST_KEY: u32 = 0;
const KEY: u32 = 1;
const FIRST_VALUE: u32 = 2;
const VALUE: u32 = 3;
const AFTER: u32 = 4;

/** The next place of the output. */
let out: usize = 0;
/** The first byte of the line that is not in the output. */
let copied: usize = 0;
let depth: u32 = 0;

// Of a line that becomes a record.
/** Node of the last key of the line itself; 0 if the schema does not name it. */
let column: u32 = 0;
/** Node that is expected next: most lines have their keys in one order. */
let expected: u32 = 0;

/** Copies up to `end`, 16 bytes at a time: what that writes beyond is overwritten. */
// @ts-ignore: decorator
@inline
function copyTo(end: usize): void {
  let to = out;
  for (let from = copied; from < end; from += 16) {
    v128.store(to, v128.load(from));
    to += 16;
  }
  out += end - copied;
  copied = end;
}

function putNumber(start: usize, end: usize): void {
  copyTo(start);
  store<u8>(out, QUOTE);
  out += 1;
  copyTo(end);
  store<u8>(out, QUOTE);
  out += 1;
}

/** Passes space, tab and carriage return, the blanks that a line may have. */
// @ts-ignore: decorator
@inline
export function skipBlanks(start: usize): usize {
  let at = start;
  let byte = load<u8>(at);
  while (byte == 0x20 || byte == 9 || byte == 13) {
    at += 1;
    byte = load<u8>(at);
  }
  return at;
}

// @ts-ignore: decorator
@inline
function isDigit(at: usize): bool {
  return load<u8>(at) - 0x30 < 10;
}

/** Passes digits, at least one. Returns 0 if there is none. */
function skipDigits(start: usize): usize {
  if (!isDigit(start)) return fail(BAD_NUMBER, start);
  let at = start + 1;
  while (isDigit(at)) at += 1;
  return at;
}

function skipNumber(start: usize): usize {
  let at = start + (load<u8>(start) == 0x2d ? 1 : 0);
  if (load<u8>(at) == 0x30) {
    at += 1;
    if (isDigit(at)) return fail(BAD_NUMBER, at);
  } else {
    at = skipDigits(at);
  }
  if (at && load<u8>(at) == 0x2e) at = skipDigits(at + 1);
  if (at && (load<u8>(at) | 0x20) == 0x65) {
    const sign = load<u8>(at, 1);
    at = skipDigits(at + (sign == 0x2b || sign == 0x2d ? 2 : 1));
  }
  return at;
}

// The letters of `true`, `fals` and `null`, the first one lowest.
const TRUE: u32 = 0x65757274;
const FALS: u32 = 0x736c6166;
const NULL: u32 = 0x6c6c756e;

/** Node of the value that comes next: what the schema says of it. */
function valueNode(): u32 {
  if (writesRecords && depth == 1) return column;
  const open = OPEN + (depth - 1) * 12;
  const node = load<u32>(open);
  const kind = kindOf(node);
  if (kind == STRUCT) return fieldOf(node, lastKey());
  return kind == LIST || kind == MAP ? valuesOf(node) : 0;
}

/** True unless the schema expects an object or a list where a single value stands. */
function fitsScalar(at: usize): bool {
  const node = load<u32>(OPEN + (depth - 1) * 12);
  if (node == 0 || (kindOf(node) == STRUCT && !holdsValues(node))) return true;
  const expected = valueNode();
  if (kindOf(expected) <= LEAF) return true;
  failNode(at, expected);
  return false;
}

/** Opens an object or a list. */
function open(at: usize, node: u32, isList: bool): usize {
  if (depth == MAX_DEPTH) return fail(DEEP, at);
  const kind = kindOf(node);
  const fits = kind == ANY || (isList ? kind == LIST : kind == STRUCT || kind == MAP);
  if (!fits) return failNode(at, node);
  const entry = OPEN + depth * 12;
  store<u32>(entry, node);
  store<u32>(entry, keyCount, 4);
  store<u8>(entry, isList ? 1 : 0, 8);
  depth += 1;
  return at + 1;
}

// @ts-ignore: decorator
@inline
function isInList(): bool {
  return load<u8>(OPEN + (depth - 1) * 12, 8) != 0;
}

/** Closes the object or list whose last byte is at `at`. */
function close(at: usize): usize {
  const entry = OPEN + (depth - 1) * 12;
  depth -= 1;
  const isSound = load<u8>(entry, 8) != 0 || closeKeys(load<u32>(entry, 4));
  return isSound ? at + 1 : 0;
}

/** Passes a key of the line itself, and finds its column. Returns 0 if that has had a value. */
function passColumn(start: usize): usize {
  column = expected;
  let end = passName(column, start);
  if (end == 0) {
    end = skipString(start);
    if (end == 0 || !pushKey(start, end - 1)) return 0;
    column = fieldOf(load<u32>(OPEN), lastKey());
    if (column == 0) return end;
    // Only keys that are no columns are compared with each other.
    popKey();
  }
  expected = column == lastNode ? FIRST_NODE : column + 1;
  return hasValue(column - FIRST_NODE) ? fail(TWO_KEYS, start) : end;
}

/** Passes a key and its colon. */
function passKey(at: usize): usize {
  const isColumn = writesRecords && depth == 1;
  const end = isColumn ? passColumn(at + 1) : skipString(at + 1);
  if (end == 0 || (!isColumn && !pushKey(at + 1, end - 1))) return 0;
  const colon = skipBlanks(end);
  return load<u8>(colon) == COLON ? colon + 1 : fail(NO_COLON, colon);
}

/** Passes a value that is no object and no list. */
function passScalar(at: usize, byte: u8): usize {
  const word = load<u32>(at);
  if (word == NULL) return at + 4;
  if (!fitsScalar(at)) return 0;
  if (byte == QUOTE) return skipString(at + 1);
  if (byte == 0x2d || byte - 0x30 < 10) {
    const end = skipNumber(at);
    if (end && !writesRecords) putNumber(at, end);
    return end;
  }
  if (word == TRUE) return at + 4;
  if (word == FALS && load<u8>(at, 4) == 0x65) return at + 5;
  return fail(NO_VALUE, at);
}

/** What is wrong where a byte cannot stand: a line that ends there is cut short. */
function unexpected(kind: i32, at: usize): usize {
  return fail(load<u8>(at) == LF ? CUT_SHORT : kind, at);
}

/** Passes what stands behind a value: a comma, or the end of its object or list. */
function passAfter(at: usize, byte: u8): usize {
  if (byte == COMMA) return at + 1;
  if (byte == (isInList() ? CLOSE_LIST : CLOSE_OBJECT)) return close(at);
  return unexpected(NO_COMMA, at);
}

/**
 * Passes the object at `start`, whose line ends with a line feed, and writes it at `to`. Returns
 * the address of the line feed, or 0.
 */
export function passObject(start: usize, to: usize, root: u32): usize {
  out = to;
  copied = start;
  depth = 0;
  expected = FIRST_NODE;
  let at = open(start, root, false);
  let next = FIRST_KEY;
  while (at) {
    at = skipBlanks(at);
    const byte = load<u8>(at);
    if (next == AFTER) {
      at = passAfter(at, byte);
      if (depth == 0) break;
      if (byte == COMMA) next = isInList() ? VALUE : KEY;
    } else if (next <= KEY) {
      if (byte == QUOTE) {
        at = passKey(at);
        next = VALUE;
      } else if (byte == CLOSE_OBJECT && next == FIRST_KEY) {
        at = close(at);
        next = AFTER;
        if (depth == 0) break;
      } else return unexpected(NO_NAME, at);
    } else if (byte == OPEN_OBJECT) {
      at = open(at, valueNode(), false);
      next = FIRST_KEY;
    } else if (byte == OPEN_LIST) {
      at = open(at, valueNode(), true);
      next = FIRST_VALUE;
    } else if (byte == CLOSE_LIST && next == FIRST_VALUE) {
      at = close(at);
      next = AFTER;
    } else if (byte == LF) {
      return fail(CUT_SHORT, at);
    } else {
      const start = at;
      at = passScalar(at, byte);
      next = AFTER;
      if (writesRecords && at && depth == 1 && column) {
        keepValue(column - FIRST_NODE, start, at, byte == QUOTE && hasEscape);
      }
    }
  }
  if (at == 0) return 0;
  if (writesRecords) out = putRecord(to);
  else copyTo(at);
  const end = skipBlanks(at);
  return load<u8>(end) == LF ? end : fail(MORE_VALUES, end);
}

/** Ends the line in the output. Returns where the next one is written. */
export function endLine(): usize {
  store<u8>(out, LF);
  return out + 1;
}
