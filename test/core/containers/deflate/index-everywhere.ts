import { crc32 } from 'node:zlib';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodeSeekTable, packWindow } from '#core/containers/deflate/seek-index.ts';
import type { Boundary } from './inflate-pieces.ts';

/** An index with a checkpoint at every place given, which real ones have no room for. */
export function indexOf(plain: Uint8Array, compressed: Uint8Array, places: readonly Boundary[]) {
  const stream = {
    compressedBytes: compressed.length,
    bytes: plain.length,
    crc32: crc32(plain),
  };
  const checkpoints = places.map((place) => ({ ...place, window: packWindow(place.window) }));
  const table = encodeSeekTable(stream, checkpoints);
  return memorySource(Buffer.concat([table, ...checkpoints.map(({ window }) => window)]), 'x.idx');
}
