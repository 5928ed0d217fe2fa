import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import type { RowRange } from '#core/contract.ts';
import type { ArrayLayout, CsrLayout } from '#core/formats/csr-layout.ts';
import { ITEM_BYTES } from './dtype.ts';
import { readIndptrBands } from './read-indptr.ts';

/** Where the entries of some rows lie in the source. */
export interface EntryRanges {
  readonly indices: ByteRange;
  readonly data: ByteRange;
}

/** `indptr[row]`, by a read of one element. */
async function readBound(source: ByteSource, layout: CsrLayout, row: number): Promise<number> {
  const run = { start: row, end: row + 1, bandBytes: 1 };
  const [band] = await Array.fromAsync(readIndptrBands(source, layout, run));
  return band![0]!;
}

function byteRange({ offset, dtype }: ArrayLayout, start: number, end: number): ByteRange {
  const bytes = ITEM_BYTES[dtype];
  return { offset: offset + start * bytes, length: (end - start) * bytes };
}

/**
 * Finds the bytes of the source that hold the entries of a row range. Two reads of one element of
 * `indptr` each, whatever the range.
 *
 * @throws {CorruptSourceError} a bound passes the entries stored.
 * @throws {SourceChangedError} the source is no longer the version that was opened.
 */
export async function findEntryRanges(
  source: ByteSource,
  layout: CsrLayout,
  { rowStart, rowEnd }: RowRange,
): Promise<EntryRanges> {
  const start = await readBound(source, layout, rowStart);
  const end = await readBound(source, layout, rowEnd);
  return {
    indices: byteRange(layout.indices, start, end),
    data: byteRange(layout.data, start, end),
  };
}
