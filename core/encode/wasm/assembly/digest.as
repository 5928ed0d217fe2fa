// CRC-32 and length of the text of a window of CSR entries.

import {
  addLength,
  afterFewCells,
  crcByte,
  crcChangeLast,
  crcState,
  crcText,
  digitEffect,
  effectSum,
  MAX_CELLS,
  setCrc,
  startCrc,
} from './crc';
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

/** The cells of the row under way before this column are gone over. */
let column: i32 = 0;

/** Begins a new text; see `setText`. */
export function startDigest(): void {
  startCrc(TEMPLATE, unitBytes);
  column = 0;
}

/** Goes over the cells `[from, to)`, unstored but for the digits `[first, last)`: 2 ns a digit. */
export function crcDigits<T>(from: i32, to: i32, first: i32, last: i32): void {
  let crc = crcState;
  let next = first;
  for (let at = from; at < to; ) {
    const end = to - at > MAX_CELLS ? at + MAX_CELLS : to;
    let effects = i32x4.splat(0);
    for (; next < last && columnOf(next) < end; next += 1) {
      const effect = digitEffect(<u32>valueOf<T>(next), end - columnOf(next));
      effects = v128.xor(effects, effect);
    }
    crc = afterFewCells(crc, end - at) ^ effectSum(effects);
    at = end;
  }
  setCrc(crc);
}

/** Goes over the cells up to `end`, whose stored ones are the entries `[first, last)`. */
function digestCells<T>(end: i32, first: i32, last: i32): void {
  const limit = patchLimit;
  let next = first;
  for (;;) {
    let stop = next;
    while (stop < last && isPatch<T>(valueOf<T>(stop), limit)) stop += 1;
    const stopColumn = stop < last ? columnOf(stop) : end;
    crcDigits<T>(column, stopColumn, next, stop);
    column = stopColumn;
    if (stop == last) return;
    const textEnd = writeValue<T>(valueOf<T>(stop), SCRATCH);
    crcText(SCRATCH, textEnd);
    crcByte(delimiter);
    addLength(<i64>(textEnd - SCRATCH) + 1 - <i64>unitBytes);
    column += 1;
    next = stop + 1;
  }
}

// @ts-ignore: decorator
@inline
function digestRows<T>(): void {
  let entry = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const end = load<i32>(ROW_ENDS + (<usize>row << 2)) - entryBase;
    digestCells<T>(columns, entry, end);
    crcChangeLast(delimiter ^ 0x0a);
    addLength(<i64>columns * <i64>unitBytes);
    column = 0;
    entry = end;
  }
  if (entry < entryCount) digestCells<T>(columnOf(entryCount - 1) + 1, entry, entryCount);
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
