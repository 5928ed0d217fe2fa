import type { ByteRange } from '#core/bytes/byte-source.ts';
import type { RowRange } from '#core/contract.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import type { CsrPart, Matrix, StoredArray } from './matrix.ts';
import { readIndptrBands } from './read-indptr.ts';

/** Where the entries of some rows lie: a byte range in each array's own object or stream. */
export interface EntryRanges {
  readonly indices: ByteRange;
  readonly data: ByteRange;
}

/** Reads `indptr[row]`: one read of one element. */
async function readBound(part: CsrPart, row: number): Promise<number> {
  const run = { start: row, end: row + 1, bandBytes: 1 };
  const [band] = await Array.fromAsync(readIndptrBands(part, run));
  return band![0]!;
}

function byteRange({ offset, dtype }: StoredArray, start: number, end: number): ByteRange {
  const bytes = ITEM_BYTES[dtype];
  return { offset: offset + start * bytes, length: (end - start) * bytes };
}

/**
 * Finds the bytes that hold the entries of a row range. Two reads, each of one element of `indptr`.
 *
 * @returns undefined when the rows are not all of one part.
 * @throws {CorruptSourceError} a bound is greater than the number of entries stored.
 * @throws {SourceChangedError} the source is no longer the version that was opened.
 */
export async function findEntryRanges(
  { parts }: Matrix,
  { rowStart, rowEnd }: RowRange,
): Promise<EntryRanges | undefined> {
  const placed = parts.find(
    ({ rowStart: first, part }) => rowStart >= first && rowEnd <= first + part.shape[0],
  );
  if (placed === undefined) return undefined;
  const { rowStart: first, part } = placed;
  const start = await readBound(part, rowStart - first);
  const end = await readBound(part, rowEnd - first);
  return {
    indices: byteRange(part.indices, start, end),
    data: byteRange(part.data, start, end),
  };
}
