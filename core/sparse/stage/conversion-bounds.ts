import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import { checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { EntrySource } from './entry-source.ts';

const MIB = 1024 * 1024;

/** What a job of a conversion may hold, and what a conversion may consist of; tests make them small. */
export interface ConversionBounds {
  /** Bytes of entries (int32 row and column, and value) that a job sorts at once. */
  readonly sortBytes: number;
  /** Most rows of a part where rows can be cut so. */
  readonly partRows: number;
  /** Most groups of rows whose entries are counted; a power of two. */
  readonly rowGroups: number;
  /** Most entries that are read together from what was scattered. */
  readonly blockEntries: number;
  /** Most segments, and most parts. */
  readonly maxTasks: number;
}

/**
 * What Lambda functions convert with: 64 MiB of entries sorted and their 4 Mi rows counted (32 MiB)
 * leave half of the 256 MB that a job is to stay below.
 */
export const CONVERSION_BOUNDS: ConversionBounds = {
  sortBytes: 64 * MIB,
  partRows: 4 * MIB,
  // Counted in 512 KiB a segment.
  rowGroups: 65_536,
  // 1 to 2 MiB, of which eight are read at once.
  blockEntries: 131_072,
  maxTasks: 10_000,
};

/** Row pointers that are fair for any source: rows without entries cost a writer's time, but no more. */
const MIN_POINTER_BYTES = 1024 * MIB;

/** Bytes of row pointers for each byte of entries. */
const MAX_POINTER_RATIO = 64;

/** Bytes of one entry while it is sorted: its row and column as int32, and its value. */
export function entryBytesOf(dtype: DType): number {
  return 8 + ITEM_BYTES[dtype];
}

/** Entries that a job sorts at once: a whole number of blocks, at least one. */
export function sortedEntriesOf(dtype: DType, bounds: ConversionBounds): number {
  const { sortBytes, blockEntries } = bounds;
  const blocks = Math.floor(sortBytes / (entryBytesOf(dtype) * blockEntries));
  return Math.max(1, blocks) * blockEntries;
}

/**
 * Refuses shapes that a conversion cannot bear: more than 2^31 - 1 columns, more than 10,000 segments
 * or parts, or row pointers of more than 1 GiB + 64 bytes for each byte of entries.
 *
 * @throws {CorruptSourceError} the shape is negative.
 * @throws {BoundExceededError} it is too large.
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
