import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import { checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { EntrySource } from './entry-source.ts';

const MIB = 1024 * 1024;

/**
 * Bounds of what a job of a conversion holds, and of the size of a conversion. Tests use small
 * values.
 */
export interface ConversionBounds {
  /** Bytes of entries (int32 row, int32 column, value) that a job sorts at once. */
  readonly sortBytes: number;
  /** Most rows of a part, as far as rows can be cut. */
  readonly partRows: number;
  /** Most groups of rows whose entries are counted. A power of two. */
  readonly rowGroups: number;
  /** Most entries that are read together from a scattered object. */
  readonly blockEntries: number;
  /** Most segments, and most parts. */
  readonly maxTasks: number;
  /**
   * Most pairs of a segment and a part that are read without merging first: three reads each.
   */
  readonly directPairs: number;
  /** Segments, and parts, of a tile that one job merges. */
  readonly tileSide: number;
}

/**
 * The bounds in Lambda functions. A job must stay below 256 MB; 64 MiB of entries to be sorted and
 * 32 MiB of counts for 4 Mi rows leave more than half of that.
 */
export const CONVERSION_BOUNDS: ConversionBounds = {
  sortBytes: 64 * MIB,
  partRows: 4 * MIB,
  // 512 KiB of counts per segment.
  rowGroups: 65_536,
  // 1 to 2 MiB; eight blocks are read at the same time.
  blockEntries: 131_072,
  maxTasks: 10_000,
  // $1.20 of reads. With more, a merge costs less than it saves.
  directPairs: 1_000_000,
  // The square root of `maxTasks`: a job merges 100 objects, and a part is gathered from 100.
  tileSide: 100,
};

/**
 * Bytes of row pointers that every source may have. Rows without entries cost time of writers, but
 * nothing else.
 */
const MIN_POINTER_BYTES = 1024 * MIB;

/** More bytes of row pointers that a source may have per byte of entries. */
const MAX_POINTER_RATIO = 64;

/** Bytes of one entry while it is sorted: its row and its column as int32, and its value. */
export function entryBytesOf(dtype: DType): number {
  return 8 + ITEM_BYTES[dtype];
}

/** Entries that a job sorts at once: a whole number of blocks, at least one block. */
export function sortedEntriesOf(dtype: DType, bounds: ConversionBounds): number {
  const { sortBytes, blockEntries } = bounds;
  const blocks = Math.floor(sortBytes / (entryBytesOf(dtype) * blockEntries));
  return Math.max(1, blocks) * blockEntries;
}

/**
 * Refuses shapes that are too large to be converted: more than 2^31 - 1 columns, more than 10,000
 * segments or parts, or row pointers of more than 1 GiB plus 64 bytes per byte of entries.
 *
 * @throws {CorruptSourceError} the shape is negative.
 * @throws {BoundExceededError} the shape is too large.
 */
export function assertConvertible(entries: EntrySource, bounds: ConversionBounds): void {
  const { uri, shape, dtype, maxEntries, segments } = entries;
  const [rows] = checkShape(uri, shape);
  const entryBytes = maxEntries * entryBytesOf(dtype);
  const maxRows = Math.floor((MIN_POINTER_BYTES + MAX_POINTER_RATIO * entryBytes) / 8);
  const mostRows = Math.min(maxRows, bounds.partRows * bounds.maxTasks);
  if (rows > mostRows) {
    throw new BoundExceededError(
      `${uri} has ${rows} rows for at most ${maxEntries} entries, allowed are ${mostRows}; check its shape, or leave out the rows after the last entry`,
    );
  }
  if (segments > bounds.maxTasks) {
    throw new BoundExceededError(
      `${uri} has ${maxEntries} entries in ${segments} segments, allowed are ${bounds.maxTasks} segments of about 64 MiB; split it by rows`,
    );
  }
}
