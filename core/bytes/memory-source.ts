import { crc32 } from 'node:zlib';
import { assertRange } from './assert-range.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * A source of bytes that are in memory; each read copies its range.
 *
 * @example
 * const source = memorySource(Uint8Array.of(10, 20, 30), 'three');
 * const last = await source.read({ offset: 2, length: 1 }); // Uint8Array [30]
 */
export function memorySource(bytes: Uint8Array, uri = 'memory'): ByteSource {
  const source = { uri, size: bytes.length, etag: `${crc32(bytes).toString(16)}-${bytes.length}` };
  return {
    ...source,
    async read(range) {
      assertRange(source, range);
      return new Uint8Array(bytes.subarray(range.offset, range.offset + range.length));
    },
  };
}
