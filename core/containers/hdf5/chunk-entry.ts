import { CorruptSourceError } from '#core/errors.ts';
import type { Dataset } from './dataset.ts';
import type { Fields } from './fields.ts';

/** Where one chunk of a dataset lies. */
export interface ChunkEntry {
  /** Number of the chunk in its dataset, from 0. */
  readonly chunk: number;
  /** Address as {@link Hdf5File} counts it; in a chunk table the offset in the object. */
  readonly address: number;
  readonly storedBytes: number;
  /** Bit k is set if filter k was skipped. */
  readonly filterMask: number;
}

/** Bytes of a decoded chunk. */
export function chunkBytes({ storage, itemBytes }: Dataset): number {
  return storage.kind === 'chunks' ? storage.chunkElements * itemBytes : 0;
}

/** Number of chunks that the dataset has if all are written. */
export function chunkCount({ storage, length }: Dataset): number {
  return storage.kind === 'chunks' ? Math.ceil(length / storage.chunkElements) : 0;
}

/** Consecutive entries of an array index. */
export interface EntryRun {
  readonly first: number;
  readonly count: number;
  /**
   * Bytes of an entry: an address; if chunks are filtered, also the stored bytes and the filter
   * mask.
   */
  readonly entryBytes: number;
}

/**
 * Parses entries of a fixed or an extensible array. Omits chunks that were never written and chunks
 * beyond the end of the dataset.
 */
export function parseEntries(
  fields: Fields,
  { first, count, entryBytes }: EntryRun,
  dataset: Dataset,
): ChunkEntry[] {
  const { offsetBytes } = dataset.file.sizes;
  const isFiltered = dataset.filters.length > 0;
  const sizeBytes = entryBytes - offsetBytes - 4;
  if (isFiltered ? sizeBytes < 1 || sizeBytes > 8 : entryBytes !== offsetBytes) {
    throw new CorruptSourceError(
      `${dataset.where} has a chunk index with entries of ${entryBytes} bytes; the file is damaged`,
    );
  }
  const entries: ChunkEntry[] = [];
  const end = Math.min(first + count, chunkCount(dataset));
  for (let chunk = first; chunk < end; chunk++) {
    const address = fields.address();
    const storedBytes = isFiltered ? fields.unsigned(sizeBytes) : chunkBytes(dataset);
    const filterMask = isFiltered ? fields.u32() : 0;
    if (address !== undefined) entries.push({ chunk, address, storedBytes, filterMask });
  }
  return entries;
}
