// CRC-32 and length of the text of a window of CSR entries.

import { addLength, crcByte, crcCells, crcChangeLast, crcText, startCrc } from './crc';
import {
  columnOf,
  columns,
  delimiter,
  entryBase,
  entryCount,
  isPatch,
  patchLimit,
  ROW_ENDS,
  rowCount,
  SCRATCH,
  TEMPLATE,
  unitBytes,
  valueOf,
  writeValue,
} from './text';

/** Columns of the row under way that are gone over, but for the last `heldCells` of them. */
let column: i32 = 0;
/** Cells not yet gone over: a digit differing by `heldPatch` from an unstored cell, and unstored cells. */
let heldCells: i32 = 0;
let heldPatch: u32 = 0;

/** Begins a new text; see `setText`. */
export function startDigest(): void {
  startCrc(TEMPLATE, unitBytes);
  column = heldCells = 0;
  heldPatch = 0;
}

function flushCells(): void {
  crcCells(heldPatch, heldCells);
  heldPatch = 0;
}

function digestEntries<T>(from: i32, to: i32): void {
  const limit = patchLimit;
  for (let entry = from; entry < to; entry += 1) {
    const next = columnOf(entry);
    const value = valueOf<T>(entry);
    heldCells += next - column;
    column = next + 1;
    flushCells();
    if (isPatch<T>(value, limit)) {
      heldPatch = <u32>value;
      heldCells = 1;
      continue;
    }
    heldCells = 0;
    const end = writeValue<T>(value, SCRATCH);
    crcText(SCRATCH, end);
    crcByte(delimiter);
    addLength(<i64>(end - SCRATCH) + 1 - <i64>unitBytes);
  }
}

function endRow(): void {
  heldCells += columns - column;
  flushCells();
  crcChangeLast(delimiter ^ 0x0a);
  addLength(<i64>columns * <i64>unitBytes);
  column = heldCells = 0;
}

// @ts-ignore: decorator
@inline
function digestRows<T>(): void {
  let entry = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const end = load<i32>(ROW_ENDS + (<usize>row << 2)) - entryBase;
    digestEntries<T>(entry, end);
    endRow();
    entry = end;
  }
  digestEntries<T>(entry, entryCount);
}

/** Goes over the rows of a matrix without columns. */
export function digestLineEnds(rows: i32): void {
  for (let row = 0; row < rows; row += 1) crcByte(0x0a);
  addLength(rows);
}

export function digestBool(): void {
  digestRows<bool>();
}

export function digestInt32(): void {
  digestRows<i32>();
}

export function digestUint32(): void {
  digestRows<u32>();
}

export function digestInt64(): void {
  digestRows<i64>();
}

export function digestUint64(): void {
  digestRows<u64>();
}

export function digestFloat64(): void {
  digestRows<f64>();
}
