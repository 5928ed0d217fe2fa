import type { ByteSource } from '#core/bytes/byte-source.ts';

const BLOCK_BYTES = 1024 * 1024;

/** Yields all bytes of a source in order, 1 MiB a read. */
export async function* readBlocks(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; offset < source.size; offset += BLOCK_BYTES) {
    yield await source.read({ offset, length: Math.min(BLOCK_BYTES, source.size - offset) });
  }
}
