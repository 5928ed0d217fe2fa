import { inflateSync } from 'node:zlib';
import { CorruptSourceError } from '#core/errors.ts';
import type { Filter } from './filters.ts';
import { fletcher32 } from './fletcher32.ts';
import { inflateLzf } from './lzf.ts';
import { unshuffle } from './shuffle.ts';

/** How the chunks of a dataset were made. */
interface ChunkStyle {
  readonly filters: readonly Filter[];
  /** Bytes of a decoded chunk. */
  readonly bytes: number;
}

const FLETCHER_BYTES = 4;

function takeFletcher32(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - FLETCHER_BYTES;
  const body = bytes.subarray(0, Math.max(end, 0));
  const tail = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (end >= 0 && fletcher32(body) === tail.getUint32(end, true)) return body;
  throw new CorruptSourceError('its fletcher32 checksum is wrong');
}

function undo({ kind, itemBytes }: Filter, bytes: Uint8Array, limit: number): Uint8Array {
  if (kind === 'shuffle') return unshuffle(bytes, itemBytes);
  if (kind === 'fletcher32') return takeFletcher32(bytes);
  if (kind === 'lzf') return inflateLzf(bytes, limit);
  return inflateSync(bytes, { maxOutputLength: limit, chunkSize: Math.max(limit, 64) });
}

/**
 * Undoes the filters of a chunk, from the last to the first.
 *
 * Never makes more than the bytes of a chunk, whatever is stored, and holds at most three times as
 * many. gzip runs at some 300 MB/s; without filters nothing is copied.
 *
 * @param filterMask bit k is set if filter k was skipped.
 * @throws {CorruptSourceError} a filter cannot be undone, or the chunk has another length.
 */
export function decodeChunk(
  stored: Uint8Array,
  filterMask: number,
  { filters, bytes }: ChunkStyle,
): Uint8Array {
  const limit = bytes + FLETCHER_BYTES * filters.length;
  let decoded = stored;
  for (let k = filters.length - 1; k >= 0; k--) {
    if (((filterMask >>> k) & 1) === 0) decoded = undo(filters[k]!, decoded, limit);
  }
  if (decoded.length === bytes) return decoded;
  throw new CorruptSourceError(`it decodes to ${decoded.length} bytes, expected ${bytes}`);
}
