import { crc32 } from 'node:zlib';
import type { ContentFigures } from './output.ts';

const LINE_FEED = 10;
const QUOTE = 34;

/** Counts lines of CSV. A line feed between quotes, as in a name, ends none. */
class LineCount {
  lines = 0;
  #isQuoted = false;

  add(block: Uint8Array): void {
    for (let from = 0; from < block.length; ) {
      const quote = block.indexOf(QUOTE, from);
      const end = quote < 0 ? block.length : quote;
      if (!this.#isQuoted) this.#count(block.subarray(from, end));
      if (quote >= 0) this.#isQuoted = !this.#isQuoted;
      from = end + 1;
    }
  }

  #count(text: Uint8Array): void {
    for (let at = text.indexOf(LINE_FEED); at >= 0; at = text.indexOf(LINE_FEED, at + 1)) {
      this.lines += 1;
    }
  }
}

/** Reads a CSV text to its end: length, CRC-32 and lines, for kinds whose records are lines. */
export async function checkLines(text: AsyncIterable<Uint8Array>): Promise<ContentFigures> {
  const count = new LineCount();
  let bytes = 0;
  let crc = 0;
  for await (const block of text) {
    bytes += block.length;
    crc = crc32(block, crc);
    count.add(block);
  }
  return { bytes, records: count.lines, crc32: crc };
}
