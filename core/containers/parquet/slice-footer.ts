import type { ByteRange } from '#core/bytes/byte-source.ts';
import { PARQUET_MAGIC, type ParquetFooter } from './footer.ts';
import { endOfFile } from './footer-copy.ts';
import type { RowGroup } from './row-groups.ts';

/** Row groups `start <= i < end`. */
export interface RowGroupRange {
  readonly start: number;
  readonly end: number;
}

/** A Parquet file made of some row groups of another. */
export interface ParquetSlice {
  readonly rows: number;
  /** What to copy, in order: a range of the source, and where it begins in the slice. */
  readonly copies: readonly { readonly from: ByteRange; readonly at: number }[];
  /** How much farther from the begin the bytes lie in the source. */
  readonly shift: number;
  /** Bytes to copy. */
  readonly copyBytes: number;
  /** What follows the copies: footer, its length and the magic. */
  readonly end: { readonly bytes: Uint8Array; readonly at: number };
}

/** Reading so many bytes that are not wanted is cheaper than another request. */
const MAX_GAP_BYTES = 1024 * 1024;

/**
 * Older programs left the header of the dictionary page out of the length of a column chunk. It has
 * at most so many bytes; Arrow reads as many more.
 * @see https://issues.apache.org/jira/browse/PARQUET-816
 */
export const UNCOUNTED_BYTES = 100;

/** Ranges of the file that hold these row groups, with the small gaps between them. */
function rangesOf(groups: readonly RowGroup[], end: number): readonly ByteRange[] {
  const joins: { offset: number; length: number }[] = [];
  const all = groups.flatMap(({ ranges }) => ranges);
  for (const { offset, length } of all.toSorted((a, b) => a.offset - b.offset)) {
    const last = joins.at(-1);
    const until = Math.min(end, offset + length + UNCOUNTED_BYTES);
    if (last === undefined || offset > last.offset + last.length + MAX_GAP_BYTES)
      joins.push({ offset, length: until - offset });
    else last.length = until - last.offset;
  }
  return joins;
}

/**
 * Plans the Parquet file that holds exactly the rows of the row groups `start <= i < end` of
 * another: their bytes as they are, at their own distances, and a footer that lists only them.
 *
 * Schema and key-value metadata stay; page indexes and Bloom filters are left out. Reads nothing.
 * Without row groups it is a file of no rows, in which an engine finds the types of the columns.
 */
export function sliceFooter(footer: ParquetFooter, { start, end }: RowGroupRange): ParquetSlice {
  const groups = footer.rowGroups.slice(start, end).filter(({ rows }) => rows > 0);
  const ranges = rangesOf(groups, footer.offset);
  const shift = (ranges[0]?.offset ?? PARQUET_MAGIC.length) - PARQUET_MAGIC.length;
  const moved = groups.map((group) => ({ footer, group, shift }));
  const copies = ranges.map((from) => ({ from, at: from.offset - shift }));
  const last = copies.at(-1);
  return {
    rows: groups.reduce((sum, { rows }) => sum + rows, 0),
    copies,
    shift,
    copyBytes: ranges.reduce((sum, { length }) => sum + length, 0),
    end: {
      bytes: endOfFile(footer, moved),
      at: last === undefined ? PARQUET_MAGIC.length : last.at + last.from.length,
    },
  };
}
