import { inOrderWithin, type SizedTask } from '#core/bytes/in-order.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import type { RowRange } from '#core/contract.ts';
import { decodeIndices, decodeValues } from '#core/elements/decode.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError, RequestError } from '#core/errors.ts';
import { canonicalize } from './canonical.ts';
import type { CsrSlice } from './csr.ts';
import type { CsrPart, Matrix, PlacedPart, StoredArray } from './matrix.ts';
import { readIndptrBands } from './read-indptr.ts';

/**
 * A Lambda function receives this many bytes in about the time that it waits for S3's first byte.
 * Two slices take little memory.
 */
export const SLICE_BYTES = 2 * 1024 * 1024;

/** The reads of the next slice begin before those of the current one have ended. */
const SLICES_AT_ONCE = 2;

/**
 * `indptr` is read in bands of this size, so a range of many millions of rows takes little memory
 * too.
 */
export const INDPTR_BAND_BYTES = 1024 * 1024;

/** Most bytes of `indices` and `data` that one row may have: a row is always read whole. */
export const MAX_ROW_BYTES = 256 * 1024 * 1024;

/**
 * Where consecutive rows begin and end in `indices` and `data`. There is one bound more than rows.
 */
interface RowBounds {
  readonly rowStart: number;
  readonly bounds: Float64Array;
}

function checkRange({ uri, shape }: Matrix, { rowStart, rowEnd }: RowRange): void {
  const [rows] = shape;
  const isWhole = Number.isSafeInteger(rowStart) && Number.isSafeInteger(rowEnd);
  if (isWhole && 0 <= rowStart && rowStart <= rowEnd && rowEnd <= rows) return;
  throw new RequestError([
    `rows ${rowStart}:${rowEnd} are not a range within the ${rows} rows of ${uri}; give start:end with 0 <= start <= end <= ${rows}`,
  ]);
}

/** Bytes of one stored entry: its column and its value. */
function entryBytesOf({ indices, data }: CsrPart): number {
  return ITEM_BYTES[indices.dtype] + ITEM_BYTES[data.dtype];
}

/**
 * Reads the bounds of the rows of a range, band by band. Each band begins with the last bound of
 * the band before.
 */
async function* readRowBounds(
  part: CsrPart,
  { rowStart, rowEnd }: RowRange,
): AsyncGenerator<RowBounds> {
  const run = { start: rowStart, end: rowEnd + 1, bandBytes: INDPTR_BAND_BYTES };
  let first = rowStart;
  let last: number[] = [];
  for await (const band of withReadAhead(readIndptrBands(part, run))) {
    const bounds = new Float64Array(last.length + band.length);
    bounds.set(last);
    bounds.set(band, last.length);
    yield { rowStart: first, bounds };
    first += bounds.length - 1;
    last = [bounds[bounds.length - 1]!];
  }
}

/**
 * Cuts rows into runs of whole rows. A run has at most `maxEntries` entries, but at least one row.
 */
function* cutRows({ rowStart, bounds }: RowBounds, maxEntries: number): Generator<RowBounds> {
  const rows = bounds.length - 1;
  for (let from = 0, to = 1; from < rows; from = to, to++) {
    while (to < rows && bounds[to + 1]! - bounds[from]! <= maxEntries) to++;
    yield { rowStart: rowStart + from, bounds: bounds.subarray(from, to + 1) };
  }
}

function readRun(array: StoredArray, start: number, end: number) {
  const itemBytes = ITEM_BYTES[array.dtype];
  const offset = array.offset + start * itemBytes;
  return array.source.read({ offset, length: (end - start) * itemBytes });
}

/** Bounds from the first one on, in a thirtieth of the time that `Int32Array.from` takes. */
function startingAtZero(bounds: Float64Array): Int32Array<ArrayBuffer> {
  const start = bounds[0]!;
  const indptr = new Int32Array(bounds.length);
  for (let i = 0; i < bounds.length; i++) indptr[i] = bounds[i]! - start;
  return indptr;
}

/** Reads one run of rows: one read of `indices` and one of `data` at the same time. */
async function readSlice(part: CsrPart, { rowStart, bounds }: RowBounds): Promise<CsrSlice> {
  const start = bounds[0]!;
  const end = bounds[bounds.length - 1]!;
  const rowBytes = (end - start) * entryBytesOf(part);
  if (bounds.length === 2 && rowBytes > MAX_ROW_BYTES) {
    throw new BoundExceededError(
      `row ${rowStart} of ${part.uri} takes ${rowBytes} bytes of indices and data, allowed are ${MAX_ROW_BYTES}; sum its duplicates or split the matrix by columns`,
    );
  }
  const [indices, data] = await Promise.all([
    readRun(part.indices, start, end),
    readRun(part.data, start, end),
  ]);
  return canonicalize({
    uri: part.uri,
    columns: part.shape[1],
    dtype: part.dtype,
    isMixed: part.columnTypes !== undefined,
    rowStart,
    rowEnd: rowStart + bounds.length - 1,
    indptr: startingAtZero(bounds),
    indices: decodeIndices(indices, part.indices),
    data: decodeValues(data, part.data),
  });
}

/**
 * Yields a task for each slice of one part. `first` is the row of the whole matrix that is the
 * part's first row.
 */
async function* slicesOf(
  { part, rowStart: first }: PlacedPart,
  rows: RowRange,
  sliceBytes: number,
): AsyncGenerator<SizedTask<CsrSlice>> {
  const entryBytes = entryBytesOf(part);
  const maxEntries = Math.floor(sliceBytes / entryBytes);
  for await (const band of readRowBounds(part, rows)) {
    for (const cut of cutRows(band, maxEntries)) {
      const { bounds } = cut;
      const bytes = (bounds[bounds.length - 1]! - bounds[0]!) * entryBytes;
      const run = async (): Promise<CsrSlice> => {
        const slice = await readSlice(part, cut);
        return { ...slice, rowStart: first + slice.rowStart, rowEnd: first + slice.rowEnd };
      };
      yield { bytes, run };
    }
  }
}

async function* slicesOfStack(
  matrix: Matrix,
  rows: RowRange,
  sliceBytes: number,
): AsyncGenerator<SizedTask<CsrSlice>> {
  checkRange(matrix, rows);
  for (const placed of matrix.parts) {
    const rowStart = Math.max(rows.rowStart - placed.rowStart, 0);
    const rowEnd = Math.min(rows.rowEnd - placed.rowStart, placed.part.shape[0]);
    if (rowStart < rowEnd) yield* slicesOf(placed, { rowStart, rowEnd }, sliceBytes);
  }
}

/**
 * Reads the rows of a range as slices that follow each other, checked and in canonical form.
 *
 * One ranged read per MiB of `indptr`, and two per slice: one of `indices` and one of `data`, of
 * exactly its bytes. The next slice is read while the consumer uses the current one. Holds two
 * slices of at most `sliceBytes`, or one larger row (of up to {@link MAX_ROW_BYTES}), and two bands
 * of bounds of at most 2 MiB each. Nothing is densified. A slice never has rows of two parts.
 *
 * @throws {RequestError} the range is outside the matrix.
 * @throws {CorruptSourceError} `indptr` decreases, or a column is outside `shape[1]`; names the
 * part, its row and column.
 * @throws {BoundExceededError} a single row is larger than {@link MAX_ROW_BYTES}.
 * @throws {SourceChangedError} the source is no longer the version that was opened.
 * @example
 * for await (const slice of readSlices(matrix, { rowStart: 0, rowEnd: 1000 })) {
 *   console.log(slice.rowStart, slice.rowEnd, slice.data.length);
 * }
 */
export function readSlices(
  matrix: Matrix,
  rows: RowRange,
  options: {
    /** Most bytes of `indices` and `data` in a slice of more than one row. @default 2 MiB */
    readonly sliceBytes?: number;
  } = {},
): AsyncGenerator<CsrSlice> {
  const { sliceBytes = SLICE_BYTES } = options;
  const bound = { atOnce: SLICES_AT_ONCE, maxBytes: SLICES_AT_ONCE * sliceBytes };
  return inOrderWithin(slicesOfStack(matrix, rows, sliceBytes), bound);
}
