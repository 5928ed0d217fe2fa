import type { CsvFormat } from './csv-format.ts';

/** One record as bytes: its fields without their quotes, and where it ends. */
export interface RawRecord {
  readonly fields: readonly Uint8Array[];
  /** Offset behind its line end. */
  readonly end: number;
}

const LF = 0x0a;
const CR = 0x0d;

/** Raised by a record that is not well formed: what is wrong, for a message. */
export class RecordFault extends Error {}

interface Field {
  readonly bytes: Uint8Array;
  readonly end: number;
}

/** Undoubles the quotes of a field that ends at its closing quote. */
function unquote(bytes: Uint8Array, quote: number): Uint8Array {
  let escaped = false;
  return bytes.filter((byte) => {
    escaped = byte === quote && !escaped;
    return !escaped;
  });
}

/** Reads a field whose opening quote is at `start`; undefined if it does not end. */
function readQuoted(bytes: Uint8Array, start: number, quote: number): Field | undefined {
  let at = bytes.indexOf(quote, start + 1);
  while (at !== -1 && bytes[at + 1] === quote) at = bytes.indexOf(quote, at + 2);
  if (at === -1) return undefined;
  return { bytes: unquote(bytes.subarray(start + 1, at), quote), end: at + 1 };
}

function readPlain(bytes: Uint8Array, start: number, delimiter: number): Field {
  let end = start;
  while (end < bytes.length && bytes[end] !== delimiter && bytes[end] !== LF) end++;
  const hasCr = bytes[end] !== delimiter && end > start && bytes[end - 1] === CR;
  return { bytes: bytes.subarray(start, hasCr ? end - 1 : end), end: hasCr ? end - 1 : end };
}

/** Offset behind the line end at `at`; undefined if there is none. */
function lineEnd(bytes: Uint8Array, at: number): number | undefined {
  if (at >= bytes.length || bytes[at] === LF) return Math.min(at + 1, bytes.length);
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : undefined;
}

function readField(bytes: Uint8Array, start: number, format: CsvFormat): Field | undefined {
  const quote = format.quote.charCodeAt(0);
  if (bytes[start] === quote) return readQuoted(bytes, start, quote);
  const field = readPlain(bytes, start, format.delimiter.charCodeAt(0));
  if (field.bytes.includes(quote)) throw new RecordFault('a quote within an unquoted field');
  if (field.bytes.includes(CR)) throw new RecordFault('a carriage return without a line feed');
  return field;
}

/**
 * Reads the record at the start of `bytes`, by the rules of {@link proveCsv} but one byte at a
 * time: for headers. Returns undefined if a quoted field does not end in `bytes`.
 *
 * @throws {RecordFault} it is not well formed.
 */
export function readRecord(bytes: Uint8Array, format: CsvFormat): RawRecord | undefined {
  const fields: Uint8Array[] = [];
  for (let at = 0; ; at++) {
    const field = readField(bytes, at, format);
    if (field === undefined) return undefined;
    fields.push(field.bytes);
    at = field.end;
    if (bytes[at] === format.delimiter.charCodeAt(0)) continue;
    const end = lineEnd(bytes, at);
    if (end === undefined) throw new RecordFault('text behind a closing quote');
    return { fields, end };
  }
}
