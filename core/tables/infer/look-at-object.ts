import type { ByteSource } from '#core/bytes/byte-source.ts';
import { isParquet } from '#core/tables/order/content-format.ts';
import { checkedCompression, HEAD_BYTES, tableFormatOf } from '#core/tables/order/table-format.ts';
import { MAX_RECORD_BYTES } from '#core/tables/text/csv/csv-format.ts';
import { readText, type TextCompression } from '#core/tables/text/read-text.ts';
import type { TextStart } from './sniff-csv.ts';

/** What a request says of the objects of a table; their names and content say the rest. */
export interface SaidOfObjects {
  readonly format?: 'csv' | 'jsonl' | 'parquet' | undefined;
  readonly compression?: TextCompression | undefined;
}

/** An object whose begin was read. */
export interface SeenTable {
  readonly source: ByteSource;
  readonly format: 'csv' | 'jsonl' | 'parquet';
  readonly compression: TextCompression;
  /** The begin of its text; empty in Parquet. */
  readonly start: TextStart;
}

/** Some thousand records; where not even one ends there, more is read. */
const START_BYTES = 256 * 1024;

const LF = 0x0a;

/** Joins pieces, and copies them: each is valid only until the next one is asked for. */
export async function collectText(
  pieces: AsyncIterable<Uint8Array>,
  isEnough: (bytes: number, piece: Uint8Array) => boolean,
): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
  const all: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    all.push(new Uint8Array(piece));
    bytes += piece.length;
    if (isEnough(bytes, piece)) return { bytes: Buffer.concat(all), isWhole: false };
  }
  return { bytes: Buffer.concat(all), isWhole: true };
}

/** The text of an object from its begin, as far as it is read. */
export function readStart(
  source: ByteSource,
  compression: TextCompression,
): AsyncGenerator<Uint8Array> {
  const maxTextBytes = Number.MAX_SAFE_INTEGER;
  return readText(source, { compression, maxTextBytes, blockBytes: START_BYTES });
}

/**
 * Reads the begin of an object and finds its format and compression.
 *
 * Two reads of 320 KiB together, more where the first line is longer; holds at most 4.3 MiB.
 *
 * @throws {UnsupportedSourceError} the content is not what name or request say, or not read.
 * @throws {CorruptSourceError} the object is no whole gzip or zstd file.
 */
export async function lookAtObject(source: ByteSource, said: SaidOfObjects): Promise<SeenTable> {
  const { uri } = source;
  const head = await source.read({ offset: 0, length: Math.min(HEAD_BYTES, source.size) });
  const compression = checkedCompression({ uri, head }, said.compression);
  let hasLine = false;
  const isEnough = (bytes: number, piece: Uint8Array) => {
    hasLine ||= piece.includes(LF);
    return bytes >= START_BYTES && (hasLine || bytes > MAX_RECORD_BYTES);
  };
  const start = isParquet(head)
    ? { bytes: new Uint8Array(), isWhole: true }
    : await collectText(readStart(source, compression), isEnough);
  const asked = {
    format: said.format,
    compression: said.compression === 'none' ? undefined : said.compression,
  };
  const { format } = tableFormatOf({ uri, head, text: start.bytes, asked });
  return { source, format, compression, start: { uri, ...start } };
}
