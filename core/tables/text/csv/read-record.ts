import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import type { CsvFormat } from './csv-format.ts';

/** One record as bytes: its fields without their quotes, and where it ends. */
export interface RawRecord {
  readonly fields: readonly Uint8Array[];
  /** Whether each field stood in quotes: then it is a text, whatever stands for NULL. */
  readonly quoted: readonly boolean[];
  /** Offset behind its line end. */
  readonly end: number;
}

/** Most fields of a record; as many as JSON lines may have. */
const MAX_COLUMNS = 32_766;

const LF = 0x0a;
const CR = 0x0d;

/** A text that begins with a record. */
interface RecordText {
  /** Name of the object in messages. */
  readonly uri: string;
  readonly bytes: Uint8Array;
}

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

function refuse({ uri }: RecordText, what: string): never {
  throw new CorruptSourceError(
    `${uri} has ${what} in its first record; quote fields as RFC 4180 says, or set source.csv.quote`,
  );
}

function readField(text: RecordText, start: number, format: CsvFormat): Field | undefined {
  const { bytes } = text;
  const quote = format.quote.charCodeAt(0);
  if (bytes[start] === quote) return readQuoted(bytes, start, quote);
  const field = readPlain(bytes, start, format.delimiter.charCodeAt(0));
  if (field.bytes.includes(quote)) refuse(text, 'a quote within an unquoted field');
  if (field.bytes.includes(CR)) refuse(text, 'a carriage return without a line feed');
  return field;
}

/**
 * Reads the record at the start of a text, by the rules of {@link proveCsv} but one byte at a
 * time: for headers. Returns undefined if a quoted field does not end.
 *
 * @throws {CorruptSourceError} it is not well formed.
 * @throws {BoundExceededError} it has more than 32,766 fields.
 */
export function readRecord(text: RecordText, format: CsvFormat): RawRecord | undefined {
  const { bytes } = text;
  const fields: Uint8Array[] = [];
  const quoted: boolean[] = [];
  const quote = format.quote.charCodeAt(0);
  for (let at = 0; ; at++) {
    const field = readField(text, at, format);
    if (field === undefined) return undefined;
    if (fields.push(field.bytes) > MAX_COLUMNS) {
      throw new BoundExceededError(
        `${text.uri} has more than ${MAX_COLUMNS} columns, the most that a table may have; split it by columns`,
      );
    }
    quoted.push(bytes[at] === quote);
    at = field.end;
    if (bytes[at] === format.delimiter.charCodeAt(0)) continue;
    const end = lineEnd(bytes, at);
    if (end === undefined) refuse(text, 'text behind a closing quote');
    return { fields, quoted, end };
  }
}
