// Proves a text of JSON lines piece by piece, and writes it with its numbers as strings, or its
// lines as records of CSV.

import { clearFault, fail, fault, faultAt, LONG_LINE, NOT_OBJECT } from './fault';
import { clearKeys, clearSlots } from './keys';
import { endLine, passObject, skipBlanks } from './parse';
import { startRecords } from './records';

export { faultNode } from './fault';
export { expectForm, isPlain } from './plain';
export { addField, MAX_NAME_BYTES, MAX_NODES, NAMES, setNode, startSchema } from './schema';

/** Most bytes that the host can write at once. */
const PIECE_CAPACITY: i32 = 1048576;

/** Most bytes of a line, and of the part of it that waits for the next piece. */
export const LINE_CAPACITY: i32 = 4194304;

const INPUT: usize = memory.data(4194304 + 1048576 + 64, 64);

/**
 * A number of one digit and its comma become four bytes: nothing grows more than that, but for a
 * record, which has a byte for each column at least.
 */
export const OUTPUT: usize = memory.data(2 * (4194304 + 1048576) + 128, 64);

/** Most bytes of a piece whose objects' beginnings are kept. */
export const START_CAPACITY: i32 = 65536;

/** Where objects begin, as doubles: no more than bytes of a piece and of the line that waited. */
export const STARTS: usize = memory.data(65600 * 8, 64);

/** Objects that the last scan passed, while their beginnings are kept. */
export let startCount: u32 = 0;

const LF: u8 = 10;

/** A byte order mark, as the lowest three bytes of a word. */
const MARK: u32 = 0xbfbbef;

let inputBytes: u32 = 0;
let readBytes: u32 = 0;
/** Bytes of text at `OUTPUT` after a scan. */
export let textBytes: u32 = 0;

// Offsets count from the beginning of the text.
let base: u64 = 0;
let maxLineBytes: u32 = 0;
let root: u32 = 0;
let mayBeMarked: bool = false;
let lines: u64 = 0;
let records: u64 = 0;
let longest: u32 = 0;
let keepsStarts: bool = false;

/** The least bytes of a line: `{}` and its line feed. */
const LEAST_LINE: u32 = 3;

/** Most bytes of a piece whose lines become records: they fit behind the one that waited. */
export function recordPiece(columns: u32): u32 {
  const room: u32 = LINE_CAPACITY + 2 * PIECE_CAPACITY - columns - 64;
  return min(<u32>PIECE_CAPACITY, (room / (LEAST_LINE + columns)) * LEAST_LINE);
}

/**
 * Begins a text; `isMarked` if a byte order mark may stand before it. Where `columns` are not 0,
 * lines become records of so many, the only fields of the schema.
 */
export function start(maxBytes: u32, rootNode: u32, isMarked: bool, columns: u32): void {
  startRecords(columns);
  clearSlots();
  clearFault();
  maxLineBytes = maxBytes;
  root = rootNode;
  mayBeMarked = isMarked;
  inputBytes = 0;
  readBytes = 0;
  base = 0;
  lines = 0;
  records = 0;
  longest = 0;
  keepsStarts = false;
}

/**
 * Keeps where each object begins that a scan passes. Its pieces may have `START_CAPACITY` bytes.
 */
export function keepStarts(): void {
  keepsStarts = true;
}

/** Bytes of the longest line of the output. */
export function longestLine(): f64 {
  return <f64>longest;
}

export function recordCount(): f64 {
  return <f64>records;
}

/** Lines that have ended, blank ones too. */
export function lineCount(): f64 {
  return <f64>lines;
}

/** Where the line under way begins. */
export function lineOffset(): f64 {
  return <f64>(base + readBytes);
}

export function faultOffset(): f64 {
  return <f64>(base + (faultAt - INPUT));
}

/** Drops what is read. Returns where the host may write more. */
export function makeRoom(): usize {
  inputBytes -= readBytes;
  memory.copy(INPUT, INPUT + readBytes, inputBytes);
  base += readBytes;
  readBytes = 0;
  return INPUT + inputBytes;
}

export function addInput(bytes: u32): void {
  inputBytes += bytes;
}

/** Passes the line at `at`. Returns its end, or 0. */
function passLine(at: usize, to: usize): usize {
  const isMarked = mayBeMarked && (load<u32>(at) & 0xffffff) == MARK;
  mayBeMarked = false;
  const first = skipBlanks(isMarked ? at + 3 : at);
  const byte = load<u8>(first);
  if (byte == LF) return first;
  if (byte != 0x7b) return fail(NOT_OBJECT, first);
  clearKeys();
  const end = passObject(first, to, root);
  if (end == 0) return 0;
  if (keepsStarts) {
    store<f64>(STARTS + startCount * 8, <f64>(base + (first - INPUT)));
    startCount += 1;
  }
  records += 1;
  const written = <u32>(endLine() - to);
  textBytes += written;
  if (written > longest) longest = written;
  return end;
}

/** Address behind the last line feed of the input. */
function linesEnd(): usize {
  let end = INPUT + inputBytes;
  while (end > INPUT + readBytes && load<u8>(end - 1) != LF) end -= 1;
  return end;
}

/**
 * Proves the whole lines of the input, and with `isEnd` also a last one without a line feed.
 * Returns what is wrong with the first bad one.
 */
export function scan(isEnd: bool): i32 {
  textBytes = 0;
  startCount = 0;
  if (isEnd && inputBytes > readBytes) {
    store<u8>(INPUT + inputBytes, LF);
    inputBytes += 1;
  }
  const limit = linesEnd();
  let at = INPUT + readBytes;
  while (at < limit) {
    const end = passLine(at, OUTPUT + textBytes);
    if (end == 0) return fault;
    if (end - at > maxLineBytes) {
      fail(LONG_LINE, at);
      return fault;
    }
    lines += 1;
    at = end + 1;
    readBytes = <u32>(at - INPUT);
  }
  if (inputBytes - readBytes <= maxLineBytes) return 0;
  fail(LONG_LINE, at);
  return fault;
}
