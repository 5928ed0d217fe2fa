import { CorruptSourceError } from '#core/errors.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import { readIndptrBands } from '#core/sparse/read-indptr.ts';
import type { EntryRun } from './entry-cut.ts';
import { readIndices } from './read-elements.ts';

/** The `indptr` of a matrix stored by columns or by block rows. */
export interface Pointers {
  /** Name of the source in messages. */
  readonly uri: string;
  readonly axis: 'column' | 'block row';
  readonly indptr: StoredArray;
  /** The array that it points into: entries or blocks. */
  readonly data: { readonly length: number };
}

/** Bytes of `indptr` per read: large enough for speed, small compared with a batch. */
const BAND_BYTES = 256 * 1024;

/**
 * Elements per read. A search ends when no more than these are left, because they are read
 * together.
 */
const BAND_ELEMENTS = BAND_BYTES / 8;

/**
 * Reads the last element of `indptr`, the number of entries. SciPy ignores any elements after
 * these.
 *
 * @throws {CorruptSourceError} `indptr` has another length than `elements`, or a value above the
 * number of entries stored.
 */
export async function readLastPointer(
  { uri, axis, indptr, data }: Pointers,
  length: number,
): Promise<number> {
  if (indptr.length !== length) {
    throw new CorruptSourceError(
      `${uri} has ${indptr.length} elements in indptr, expected ${length} for ${length - 1} ${axis}s`,
    );
  }
  const [last = -1] = await readIndices(indptr, { start: length - 1, end: length });
  if (last >= 0 && last <= data.length) return last;
  throw new CorruptSourceError(
    `${uri} has an indptr that ends with ${last}, expected 0 to ${data.length} (those stored)`,
  );
}

/**
 * Checks one of `shares` equal shares of `indptr`, which overlap by one element. When all shares
 * have passed, `indptr` begins with 0 and never decreases.
 *
 * @throws {CorruptSourceError} a column or block row is wrong; names the first one.
 */
export async function checkPointers(
  pointers: Pointers,
  share: number,
  shares: number,
): Promise<void> {
  const { length } = pointers.indptr;
  const start = Math.floor((share * length) / shares);
  const end = Math.min(Math.floor(((share + 1) * length) / shares) + 1, length);
  const bands = readIndptrBands(pointersOf(pointers), { start, end, bandBytes: BAND_BYTES });
  for await (const _ of bands);
}

/** The pointers as `readIndptrBands` needs them. It uses only the length of `data`. */
function pointersOf({ uri, axis, indptr, data }: Pointers) {
  return { uri, axis, indptr, data: { ...indptr, length: data.length } };
}

/** Finds the column of an entry, or one a little before it. Reads some ten elements, one by one. */
async function findBefore({ indptr }: Pointers, entry: number): Promise<number> {
  let low = 0;
  let high = indptr.length - 1;
  while (high - low > BAND_ELEMENTS) {
    const middle = Math.floor((low + high) / 2);
    const [pointer] = await readIndices(indptr, { start: middle, end: middle + 1 });
    if (pointer! <= entry) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Yields the column of each entry of a run (or the block row of each block), in arrays of at most
 * `batchEntries`.
 *
 * @throws {CorruptSourceError} `indptr` decreases, or has a value above the number of entries
 * stored.
 */
export async function* expandPointers(
  pointers: Pointers,
  { start, end }: EntryRun,
  batchEntries: number,
): AsyncGenerator<Float64Array> {
  const first = await findBefore(pointers, start);
  const run = { start: first, end: pointers.indptr.length, bandBytes: BAND_BYTES };
  let at = start;
  let batch = new Float64Array(Math.min(batchEntries, end - at));
  let filled = 0;
  // The first pointer that is read is the end of the column before `first`.
  let column = first - 1;
  for await (const band of readIndptrBands(pointersOf(pointers), run)) {
    for (const pointer of band) {
      const columnEnd = Math.min(pointer, end);
      while (at < columnEnd) {
        const count = Math.min(columnEnd - at, batch.length - filled);
        batch.fill(column, filled, filled + count);
        filled += count;
        at += count;
        if (filled < batch.length) continue;
        yield batch;
        batch = new Float64Array(Math.min(batchEntries, end - at));
        filled = 0;
      }
      if (at === end) return;
      column++;
    }
  }
}
