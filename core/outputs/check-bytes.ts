import { crc32 } from 'node:zlib';
import type { ContentFigures } from './output.ts';

/** Length and CRC-32 of an object as it is, for kinds whose records are not lines. */
export async function checkBytes(stored: AsyncIterable<Uint8Array>): Promise<ContentFigures> {
  let bytes = 0;
  let crc = 0;
  for await (const block of stored) {
    bytes += block.length;
    crc = crc32(block, crc);
  }
  return { bytes, records: undefined, crc32: crc };
}
