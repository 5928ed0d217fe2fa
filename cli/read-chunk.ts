import { crc32 } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { readBlocks } from './read-blocks.ts';

const LINE_FEED = 10;

/** What a chunk turns out to be when all of it is read. */
export interface ChunkReading {
  readonly bytes: number;
  readonly lines: number;
  readonly crc32: number;
}

function countLines(block: Uint8Array): number {
  let lines = 0;
  for (let at = block.indexOf(LINE_FEED); at >= 0; at = block.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}

/** Reads all of a chunk, 4 MiB at a time. */
export async function readChunk(chunk: ByteSource): Promise<ChunkReading> {
  let crc = 0;
  let lines = 0;
  for await (const block of readBlocks(chunk)) {
    crc = crc32(block, crc);
    lines += countLines(block);
  }
  return { bytes: chunk.size, lines, crc32: crc };
}

/** Offset of the first byte in which a chunk differs from a text; undefined when they are equal. */
export async function firstDifference(
  chunk: ByteSource,
  text: AsyncIterable<Uint8Array>,
): Promise<number | undefined> {
  let offset = 0;
  for await (const part of text) {
    const length = Math.min(part.length, chunk.size - offset);
    const bytes = await chunk.read({ offset, length });
    if (Buffer.compare(bytes, part) !== 0) {
      const at = bytes.findIndex((byte, index) => byte !== part[index]);
      return offset + (at < 0 ? length : at);
    }
    offset += length;
  }
  return offset === chunk.size ? undefined : offset;
}
