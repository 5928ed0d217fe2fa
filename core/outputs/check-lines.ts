import { crc32 } from 'node:zlib';
import type { ContentFigures } from './output.ts';

const LINE_FEED = 10;

function countLines(block: Uint8Array): number {
  let lines = 0;
  for (let at = block.indexOf(LINE_FEED); at >= 0; at = block.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}

/** Reads a text to its end: length, CRC-32 and lines, for kinds whose records are lines. */
export async function checkLines(text: AsyncIterable<Uint8Array>): Promise<ContentFigures> {
  let bytes = 0;
  let crc = 0;
  let records = 0;
  for await (const block of text) {
    bytes += block.length;
    crc = crc32(block, crc);
    records += countLines(block);
  }
  return { bytes, records, crc32: crc };
}
