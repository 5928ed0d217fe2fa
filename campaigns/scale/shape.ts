import { chunkId } from '#core/run/chunk-name.ts';

/** Rows of a chunk, and stored entries of a row: a matrix of which only `indptr` is ever read. */
export const ROWS_PER_CHUNK = 100;
export const ENTRIES_PER_ROW = 4;
export const COLUMNS = 1_000;

/** Bytes of every chunk that the stand-ins claim to hold. */
export const CHUNK_BYTES = 201_234;

/** The CRC-32 that the stand-ins claim for a chunk. */
export function chunkCrc32(index: number): string {
  return ((index * 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
}

/** Key of a chunk below the prefix of an output. */
export function chunkName(index: number): string {
  return `data/chunk-${chunkId(index)}.csv`;
}
