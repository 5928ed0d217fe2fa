import type { RowRange } from '#core/contract.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import type { DType } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { CsrSlice } from './csr.ts';

/** Rows as the source stores them: unchecked, columns in any order, duplicates possible. */
export interface StoredRows extends RowRange {
  /** Name of the source in messages. */
  readonly uri: string;
  /** Number of columns of the matrix. */
  readonly columns: number;
  readonly dtype: DType;
  /** True for cells of several dtypes, which cannot be added. */
  readonly isMixed?: boolean;
  /** `rowEnd - rowStart + 1` non-decreasing offsets into `indices` and `data`; the first is 0. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array | Float64Array;
  readonly data: CsrData;
}

/** What sorting and merging need of a typed array, of numbers or of BigInts. */
interface Values<V> {
  [index: number]: V;
  slice(start: number, end: number): Values<V>;
}

type Add<V> = (sum: V, value: V) => V;

/** Columns and values that are rearranged in place. */
interface Entries<V> {
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly data: Values<V>;
}

/**
 * How many rows, from the first one on, have columns that ascend strictly and lie in the matrix.
 * One comparison for each entry.
 */
function ascendingRows({ indptr, indices, columns }: StoredRows): number {
  const rows = indptr.length - 1;
  let end = indptr[0]!;
  for (let row = 0; row < rows; row++) {
    let k = end;
    let before = -1;
    for (end = indptr[row + 1]!; k < end; k++) {
      const column = indices[k]!;
      if (!(column > before)) return row;
      before = column;
    }
    if (before >= columns) return row;
  }
  return rows;
}

/** @throws {CorruptSourceError} a column is outside the matrix; names row and column. */
function assertColumns({ indptr, indices, columns, rowStart, uri }: StoredRows, from: number) {
  for (let row = from; row + 1 < indptr.length; row++) {
    for (let k = indptr[row]!; k < indptr[row + 1]!; k++) {
      const column = indices[k]!;
      if (column >= 0 && column < columns) continue;
      throw new CorruptSourceError(
        `${uri} has an entry in row ${rowStart + row} at column ${column}, but only ${columns} columns, counted from 0; write the file again`,
      );
    }
  }
}

function isSorted(indices: Int32Array, start: number, end: number): boolean {
  for (let k = start + 1; k < end; k++) if (indices[k]! < indices[k - 1]!) return false;
  return true;
}

/**
 * Sorts the entries `[start, end)` by column; equal columns keep the order in which they are
 * stored.
 */
function sortRow<V>({ indices, data }: Entries<V>, start: number, end: number): void {
  if (isSorted(indices, start, end)) return;
  const columns = indices.slice(start, end);
  const values = data.slice(start, end);
  const order = new Uint32Array(columns.length).map((_, i) => i);
  // ECMAScript's sort is stable, so equal columns stay in order.
  order.sort((a, b) => columns[a]! - columns[b]!);
  for (let i = 0; i < order.length; i++) {
    indices[start + i] = columns[order[i]!]!;
    data[start + i] = values[order[i]!]!;
  }
}

/**
 * Sorts each row, sums its duplicates in stored order, and moves the entries together. Returns how
 * many entries are left.
 */
function mergeRows<V>(entries: Entries<V>, add: Add<V>): number {
  const { indptr, indices, data } = entries;
  let written = 0;
  let start = 0;
  for (let row = 0; row + 1 < indptr.length; row++) {
    const end = indptr[row + 1]!;
    const rowWritten = written;
    sortRow(entries, start, end);
    for (let k = start; k < end; k++) {
      if (written > rowWritten && indices[written - 1] === indices[k]) {
        data[written - 1] = add(data[written - 1]!, data[k]!);
        continue;
      }
      indices[written] = indices[k]!;
      data[written] = data[k]!;
      written++;
    }
    start = end;
    indptr[row + 1] = written;
  }
  return written;
}

/**
 * How two entries of one cell are added. Storing the sum in the typed array wraps integers and
 * rounds float32 as NumPy does.
 */
function adderOf(dtype: DType): Add<number> {
  if (dtype === 'bool') return (sum, value) => sum | value;
  if (dtype === 'float16') return (sum, value) => Math.f16round(sum + value);
  return (sum, value) => sum + value;
}

function refuseTwice(uri: string): never {
  throw new CorruptSourceError(
    `${uri} stores a cell twice, which is allowed only where all columns have one dtype; write it again`,
  );
}

function mergeData(indptr: Int32Array, indices: Int32Array, rows: StoredRows): number {
  const { data, dtype, isMixed = false, uri } = rows;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const addBig = isMixed ? () => refuseTwice(uri) : (sum: bigint, value: bigint) => sum + value;
    return mergeRows<bigint>({ indptr, indices, data }, addBig);
  }
  const add = isMixed ? () => refuseTwice(uri) : adderOf(dtype);
  return mergeRows<number>({ indptr, indices, data }, add);
}

/**
 * Brings stored rows into canonical form: columns are checked and ascend, and duplicates are
 * summed. The sum is that of SciPy's `sum_duplicates`, but always in stored order (SciPy's own sort
 * is not stable). Explicit zeros stay.
 *
 * Rows that ascend already, as nearly all do, cost one pass and no copy. Others are rearranged in
 * place, with a copy of one row at a time.
 *
 * @throws {CorruptSourceError} a column is outside the matrix; names row and column.
 * @example
 * const stored = { uri: 'memory', columns: 3, dtype: 'int32', rowStart: 0, rowEnd: 1 } as const;
 * const indices = Int32Array.of(2, 0, 2);
 * const data = Int32Array.of(5, 1, 6);
 * const row = canonicalize({ ...stored, indptr: Int32Array.of(0, 3), indices, data });
 * console.log(row.indices, row.data); // columns 0 and 2, values 1 and 11
 */
export function canonicalize(rows: StoredRows): CsrSlice {
  const { rowStart, rowEnd, indptr, data } = rows;
  const ascending = ascendingRows(rows);
  assertColumns(rows, ascending);
  const indices = rows.indices instanceof Int32Array ? rows.indices : new Int32Array(rows.indices);
  const nnz = indices.length;
  if (ascending === indptr.length - 1) return { rowStart, rowEnd, indptr, indices, data, nnz };
  const kept = mergeData(indptr, indices, rows);
  return {
    rowStart,
    rowEnd,
    indptr,
    indices: indices.subarray(0, kept),
    data: data.subarray(0, kept),
    nnz,
  };
}
