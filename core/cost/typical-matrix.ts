import type { WrittenMatrix } from './writer-work.ts';

/** Bytes of an entry in the source: its column, and a value of eight bytes. */
const SOURCE_BYTES_PER_ENTRY = 12;

/** Bytes of text for a byte of gzip. */
const GZIP_RATIO = 100;

/** Columns of a matrix, of which a row has 60 counts. An unstored cell is two bytes of text. */
const COLUMNS = 20_000;
const TEXT_BYTES_PER_ENTRY = (2 * COLUMNS) / 60;

/** Counts of words, of which only the size of the text is said: for plans without a source. */
export function typicalMatrix(textBytes: number, compression: 'none' | 'gzip'): WrittenMatrix {
  const entries = Math.round(textBytes / TEXT_BYTES_PER_ENTRY);
  const isPlain = compression === 'none';
  return {
    encoding: isPlain ? 'plain' : 'entries',
    textBytes,
    storedBytes: isPlain ? textBytes : Math.round(textBytes / GZIP_RATIO),
    sourceBytes: entries * SOURCE_BYTES_PER_ENTRY,
    entries,
    isFloat: false,
  };
}
