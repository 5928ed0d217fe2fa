import { inOrderWithin, type SizedTask } from '#core/bytes/in-order.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { release } from '#core/bytes/release.ts';
import { decodeIndices } from '#core/elements/decode.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { CsrPart, Matrix } from './matrix.ts';

/** Large enough for S3's full speed, small compared with the memory of a Lambda function. */
const BAND_BYTES = 8 * 1024 * 1024;

/** Parts whose first band is read at once: nearly all of that time is spent waiting for S3. */
const PARTS_AT_ONCE = 16;

/** Elements `[start, end)` of `indptr`, read in bands of at most `bandBytes` of the source. */
interface IndptrRun {
  readonly start: number;
  readonly end: number;
  readonly bandBytes: number;
}

/** The `indptr` of a part, or of a matrix that is stored by columns or by blocks. */
interface Pointers extends Pick<CsrPart, 'uri' | 'indptr' | 'data'> {
  /** What each pointer belongs to, for messages. @default 'row' */
  readonly axis?: 'row' | 'column' | 'block row';
}

/** Index of the first element that is less than the one before it; their number where none is. */
function firstDescent(band: Float64Array, before: number): number {
  let last = before;
  let i = 0;
  for (; i < band.length; i++) {
    const value = band[i]!;
    if (!(value >= last)) break;
    last = value;
  }
  return i;
}

/** @throws {CorruptSourceError} the bounds of a row are wrong; names the first such row. */
function checkBand(
  band: Float64Array,
  first: { readonly row: number; readonly before: number },
  { uri, limit, axis }: { readonly uri: string; readonly limit: number; readonly axis: string },
): void {
  const descent = firstDescent(band, first.before);
  // What does not descend passes the limit at its end, if at all.
  if (descent === band.length && band[descent - 1]! <= limit) return;
  const beyond = band.findIndex((value) => value > limit);
  const at = beyond === -1 ? descent : Math.min(beyond, descent);
  const before = band[at - 1] ?? first.before;
  throw new CorruptSourceError(
    `${uri} has a damaged indptr: ${axis} ${first.row + at - 1} ends at entry ${band[at]}, expected ${before} to ${limit} (the entries stored)`,
  );
}

/**
 * Reads a run of the `indptr` of one part band by band. One read per band, which is checked when it
 * arrives.
 *
 * @throws {CorruptSourceError} it does not begin with 0, decreases, or has a value above the number
 * of entries stored.
 */
export async function* readIndptrBands(
  { uri, indptr, data, axis = 'row' }: Pointers,
  { start, end, bandBytes }: IndptrRun,
): AsyncGenerator<Float64Array<ArrayBuffer>> {
  const itemBytes = ITEM_BYTES[indptr.dtype];
  const perBand = Math.max(1, Math.floor(bandBytes / itemBytes));
  let before = 0;
  for (let row = start; row < end; row += perBand) {
    const length = Math.min(perBand, end - row) * itemBytes;
    const bytes = await indptr.source.read({ offset: indptr.offset + row * itemBytes, length });
    const numbers = decodeIndices(bytes, indptr);
    const isWide = numbers instanceof Float64Array;
    const band = isWide ? (numbers as Float64Array<ArrayBuffer>) : new Float64Array(numbers);
    if (!isWide) release(bytes);
    if (row === 0 && band[0] !== 0) {
      throw new CorruptSourceError(
        `${uri} has a damaged indptr: ${axis} 0 starts at entry ${band[0]}, expected 0`,
      );
    }
    checkBand(band, { row, before }, { uri, limit: data.length, axis });
    before = band[band.length - 1]!;
    yield band;
  }
}

/** A part whose first band was read. */
interface BegunPart {
  readonly part: CsrPart;
  readonly first: Float64Array<ArrayBuffer>;
  readonly others: AsyncGenerator<Float64Array<ArrayBuffer>>;
}

/** Tasks that read the first band of each part. Many parts have no other one. */
async function* partsToBegin(
  { parts }: Matrix,
  bandBytes: number,
): AsyncGenerator<SizedTask<BegunPart>> {
  for (const { part } of parts) {
    const { dtype, length: end } = part.indptr;
    const others = readIndptrBands(part, { start: 0, end, bandBytes });
    const run = async () => ({ part, first: (await others.next()).value!, others });
    yield { bytes: Math.min(end * ITEM_BYTES[dtype], bandBytes), run };
  }
}

/**
 * The bands of all parts as those of one matrix: the values of a part go on from the last value of
 * the part before.
 */
async function* stackBands(
  matrix: Matrix,
  bandBytes: number,
): AsyncGenerator<Float64Array<ArrayBuffer>> {
  let entries = 0;
  const shifted = (band: Float64Array<ArrayBuffer>) => {
    if (entries > 0) for (let i = 0; i < band.length; i++) band[i]! += entries;
    return band;
  };
  const bound = { atOnce: PARTS_AT_ONCE, maxBytes: bandBytes };
  let isKnown = false;
  for await (const { part, first, others } of inOrderWithin(
    partsToBegin(matrix, bandBytes),
    bound,
  )) {
    // The first element of a part equals the last one of the part before, which was yielded
    // already. A part without rows has no other.
    if (!isKnown) yield shifted(first);
    else if (first.length > 1) yield shifted(first).subarray(1);
    for await (const band of others) yield shifted(band);
    isKnown = true;
    entries += part.nnz;
  }
}

/**
 * Streams the whole `indptr` of a matrix, `shape[0] + 1` elements, in bands of at least one.
 *
 * One read per band; the next band is read while the consumer uses the current one, and those of
 * the next small parts, too. Holds three bands: up to 48 MiB where int32 is widened.
 *
 * @throws {CorruptSourceError} it does not begin with 0, decreases, or has a value above the number
 * of entries stored; names the row.
 * @example
 * let nnz = 0;
 * for await (const band of readIndptr(matrix)) nnz = band.at(-1) ?? nnz;
 * console.log(nnz === matrix.nnz); // true
 */
export function readIndptr(
  matrix: Matrix,
  options: {
    /** Bytes of the source per band. @default 8 MiB */
    readonly bandBytes?: number;
  } = {},
): AsyncGenerator<Float64Array<ArrayBuffer>> {
  const { bandBytes = BAND_BYTES } = options;
  return withReadAhead(stackBands(matrix, bandBytes));
}
