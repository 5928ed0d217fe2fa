import { CorruptSourceError } from '#core/errors.ts';
import type { Dataset } from './dataset.ts';
import type { Fields } from './fields.ts';

/** Where one chunk of a dataset lies. */
export interface ChunkEntry {
  /** Number of the chunk in its dataset, from 0. */
  readonly chunk: number;
  /** Counted as all addresses of the file are, see {@link Hdf5File}; in a chunk table from its start. */
  readonly address: number;
  readonly storedBytes: number;
  /** Bit k: filter k was left out. */
  readonly filterMask: number;
}

/** Bytes of a chunk when decoded. */
export function chunkBytes({ storage, itemBytes }: Dataset): number {
  return storage.kind === 'chunks' ? storage.chunkElements * itemBytes : 0;
}

/** Chunks that a dataset has when all are written. */
export function chunkCount({ storage, length }: Dataset): number {
  return storage.kind === 'chunks' ? Math.ceil(length / storage.chunkElements) : 0;
}

/** A run of the entries of an array index. */
export interface EntryRun {
  readonly first: number;
  readonly count: number;
  /** Bytes of an entry: an address, and where chunks are filtered stored bytes and filter mask too. */
  readonly entryBytes: number;
}

/**
 * Parses entries of a fixed or an extensible array; those of chunks that were never written, or lie past
 * the end of the dataset, are left out.
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
