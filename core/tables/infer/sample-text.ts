import type { ByteSource } from '#core/bytes/byte-source.ts';
import { type CsvShape, takeCsvKernel } from '#core/tables/text/csv/csv-kernel.ts';
import { findCut } from '#core/tables/text/csv/find-cut.ts';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { findLineCut } from '#core/tables/text/jsonl/find-line-cut.ts';
import { proveJsonl } from '#core/tables/text/jsonl/prove-jsonl.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';
import { collectText, readStart } from './look-at-object.ts';

/** Whole records of a text. */
export interface SampledText {
  /** As they lie in the text. */
  readonly raw: Uint8Array;
  /** As the engine gets them: proved, every number of JSON as a text. */
  readonly proved: Uint8Array;
  readonly records: number;
  /** Whether the last of them is the last one of the text. */
  readonly isEnd: boolean;
}

/** A text of which a part is read. */
export interface SampledObject {
  readonly source: ByteSource;
  readonly compression: TextCompression;
  /** Byte of the text behind a header. */
  readonly start: number;
}

/** About where records are read, and how many bytes of text. */
export interface SamplePlace {
  readonly at: number;
  readonly length: number;
}

interface Window {
  readonly bytes: Uint8Array;
  /** Whether the text ends with it. */
  readonly isEnd: boolean;
}

/** A record is no longer, so a window that is longer by this ends behind a record. */
const MORE_BYTES = 4 * 1024 * 1024 + 64;

const LF = 0x0a;

async function readWindow(
  { source, compression }: SampledObject,
  from: number,
  length: number,
): Promise<Window> {
  if (compression === 'none') {
    const bytes = await source.read({ offset: from, length: Math.min(length, source.size - from) });
    return { bytes, isEnd: from + bytes.length === source.size };
  }
  const text = await collectText(readStart(source, compression), (n) => n >= from + length);
  return { bytes: text.bytes.subarray(from), isEnd: text.isWhole };
}

/** Where the first record begins at a place or behind it; a compressed text begins at its start. */
async function beginOf(
  { source, compression, start }: SampledObject,
  { at }: SamplePlace,
  cut: (source: ByteSource, at: number) => Promise<number | undefined>,
): Promise<number | undefined> {
  const from = compression !== 'none' || at <= start ? start : await cut(source, at);
  return compression === 'none' && from === source.size ? undefined : from;
}

/** Reads whole records; a longer window is read where the first one does not end in it. */
async function wholeRecords(
  object: SampledObject,
  from: number,
  { length, endOf }: { readonly length: number; readonly endOf: (window: Window) => number },
): Promise<{ readonly bytes: Uint8Array; readonly isEnd: boolean }> {
  let window = await readWindow(object, from, length);
  if (endOf(window) === 0) window = await readWindow(object, from, length + MORE_BYTES);
  const end = endOf(window) || window.bytes.length;
  return { bytes: window.bytes.subarray(0, end), isEnd: window.isEnd };
}

/** Where the last record that ends in a window of CSV ends; all of it where it is not sound. */
function csvEnd({ bytes, isEnd }: Window, shape: CsvShape): number {
  if (isEnd) return bytes.length;
  const kernel = takeCsvKernel();
  try {
    kernel.start(shape);
    for (let at = 0; at < bytes.length; at += kernel.pieceBytes) {
      const fault = kernel.scan(bytes.subarray(at, at + kernel.pieceBytes), false);
      if (fault !== undefined) return bytes.length;
    }
    return kernel.recordOffset;
  } finally {
    kernel.close();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * Reads records of CSV from a place on, and proves them; undefined where the place of the first one
 * is not clear.
 *
 * @throws {CorruptSourceError} they are not sound; names the byte.
 */
export async function sampleCsv(
  object: SampledObject,
  place: SamplePlace,
  shape: CsvShape,
): Promise<SampledText | undefined> {
  const from = await beginOf(object, place, (source, at) => findCut(source, at, shape));
  if (from === undefined) return undefined;
  const endOf = (window: Window) => csvEnd(window, shape);
  const { bytes, isEnd } = await wholeRecords(object, from, { length: place.length, endOf });
  const proved: Uint8Array[] = [];
  const slice = { ...shape, uri: object.source.uri, start: from, isLast: isEnd };
  const proof = await proveCsv(slice, once(bytes), (text) => void proved.push(text.slice()));
  return { raw: bytes, proved: Buffer.concat(proved), records: proof.records, isEnd };
}

/**
 * Reads lines of JSON from a place on, and proves them; undefined where none begins in 4 MiB.
 *
 * @throws {CorruptSourceError} they are not sound; names the byte.
 */
export async function sampleJsonl(
  object: SampledObject,
  place: SamplePlace,
): Promise<SampledText | undefined> {
  const from = await beginOf(object, place, findLineCut);
  if (from === undefined) return undefined;
  const endOf = ({ bytes, isEnd }: Window) => (isEnd ? bytes.length : bytes.lastIndexOf(LF) + 1);
  const { bytes, isEnd } = await wholeRecords(object, from, { length: place.length, endOf });
  const proved: Uint8Array[] = [];
  const slice = { uri: object.source.uri, start: from, isLast: isEnd, columns: [] };
  const proof = await proveJsonl(slice, once(bytes), (text) => void proved.push(text.slice()));
  return { raw: bytes, proved: Buffer.concat(proved), records: proof.records, isEnd };
}
