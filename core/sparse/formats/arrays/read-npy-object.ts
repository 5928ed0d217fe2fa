import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { type NpyArray, readNpyHeader } from '#core/containers/npy/header.ts';

/** Bytes read at the start of an array: its npy header takes 128 bytes and seldom more. */
const HEAD_BYTES = 1024;

/** Bytes read at the end of an array: the last element of `indptr` is `nnz`. */
const TAIL_BYTES = 8;

/** An array that is an object of its own, with its first and last bytes in memory. */
export interface NpyObject {
  readonly source: ByteSource;
  readonly header: NpyArray;
}

/**
 * Reads the header of an array that is an object of its own. Two reads of about 1 KiB.
 *
 * @throws {CorruptSourceError} it is not a npy array.
 */
export async function readNpyObject(stored: ByteSource): Promise<NpyObject> {
  const source = await withPrefetched(stored, [
    { offset: 0, length: HEAD_BYTES },
    { offset: stored.size - TAIL_BYTES, length: TAIL_BYTES },
  ]);
  const header = await readNpyHeader(source, { offset: 0, length: source.size }, source.uri);
  return { source, header };
}
