import { crc32 } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';

/** With larger blocks V8 collects garbage so often that copying a run takes 1.5 times as long. */
const BLOCK_BYTES = 2 * 1024 * 1024;

function readBlock(source: ByteSource, offset: number): Promise<Uint8Array<ArrayBuffer>> {
  const block = source.read({ offset, length: Math.min(BLOCK_BYTES, source.size - offset) });
  block.catch(() => {}); // raised when it is asked for, if it ever is
  return block;
}

/**
 * Yields all bytes of a source in order. Reads 2 MiB at a time and one read ahead, so it holds
 * 4 MiB.
 */
export async function* readBlocks(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let next = readBlock(source, 0);
  for (let end = BLOCK_BYTES; end < source.size; end += BLOCK_BYTES) {
    const block = await next;
    next = readBlock(source, end);
    yield block;
  }
  if (source.size > 0) yield await next;
}

/**
 * CRC-32 of all bytes of a source, which is read once.
 *
 * @param onBytes called for each block with its length. @default nobody counts
 */
export async function crc32Of(
  source: ByteSource,
  onBytes: (bytes: number) => void = () => {},
): Promise<number> {
  let crc = 0;
  for await (const block of readBlocks(source)) {
    crc = crc32(block, crc);
    onBytes(block.length);
  }
  return crc;
}
