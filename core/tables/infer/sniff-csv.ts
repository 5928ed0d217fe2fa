import { CorruptSourceError } from '#core/errors.ts';
import { suggestType } from '#core/tables/schema/suggest-types.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import { readRecord } from '#core/tables/text/csv/read-record.ts';

/** How a text begins. */
export interface TextStart {
  readonly uri: string;
  readonly bytes: Uint8Array;
  /** Whether these are all of its bytes. */
  readonly isWhole: boolean;
}

/** A field of a record; null where it is NULL. */
type Field = string | null;

/** What a delimiter makes of the begin of a text. */
interface Reading {
  readonly delimiter: string;
  readonly records: readonly (readonly Field[])[];
  /** Records with as many fields as the first one. */
  readonly agreeing: number;
  readonly isSound: boolean;
}

/** Tried in this order: among equals, the first. */
const DELIMITERS = [',', ';', '\t', '|'];

/** They say enough; a text of short records has some thousands in its begin. */
const MAX_RECORDS = 500;

const BOM_BYTES = 3;

const LF = 0x0a;
const CR = 0x0d;

/** The text without a byte order mark, and without a last line that may be cut. */
function wholeLines({ bytes, isWhole }: TextStart): Uint8Array {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const end = isWhole ? bytes.length : bytes.lastIndexOf(LF) + 1;
  return bytes.subarray(hasMark ? BOM_BYTES : 0, end);
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Offset of the line feed that ends a record without quotes; undefined where it may have some. */
function plainEnd(bytes: Uint8Array, at: number, quote: number): number | undefined {
  const feed = bytes.indexOf(LF, at);
  const end = feed === -1 ? bytes.length : feed;
  // A carriage return belongs to the line end, or to nothing.
  const isPlain = !bytes.subarray(at, end).includes(quote) && bytes[end - 1] !== CR;
  return isPlain ? end : undefined;
}

/** Reads records of sound CSV. */
export function* readRecords(
  { uri, bytes }: Pick<TextStart, 'uri' | 'bytes'>,
  format: CsvFormat,
): Generator<readonly Field[]> {
  const nulls = new Set(format.nullText);
  const quote = format.quote.charCodeAt(0);
  for (let at = 0; at < bytes.length; ) {
    // Most records have no quotes: decoded as a whole they take a third of the time.
    const end = plainEnd(bytes, at, quote);
    if (end !== undefined) {
      const texts = DECODER.decode(bytes.subarray(at, end)).split(format.delimiter);
      yield texts.map((text) => (nulls.has(text) ? null : text));
      at = end + 1;
      continue;
    }
    const record = readRecord({ uri, bytes: bytes.subarray(at) }, format);
    if (record === undefined) return;
    at += record.end;
    yield record.fields.map((field, place) => {
      const text = DECODER.decode(field);
      return record.quoted[place] !== true && nulls.has(text) ? null : text;
    });
  }
}

function readBy(start: TextStart, format: CsvFormat): Reading {
  const text = { uri: start.uri, bytes: wholeLines(start) };
  const records: (readonly Field[])[] = [];
  let isSound = true;
  try {
    for (const fields of readRecords(text, format)) {
      // A blank line is no record where there is more than one column.
      if (fields.length > 1 || (fields[0] ?? '') !== '') records.push(fields);
      if (records.length === MAX_RECORDS) break;
    }
  } catch (error) {
    if (!(error instanceof CorruptSourceError)) throw error;
    isSound = false;
  }
  const agreeing = records.filter(({ length }) => length === records[0]?.length).length;
  const { delimiter } = format;
  return { delimiter, records, agreeing, isSound: isSound && agreeing === records.length };
}

function width({ records }: Reading): number {
  return records[0]?.length ?? 0;
}

/** The better one of two readings; the first among equals. */
function better(one: Reading, other: Reading): Reading {
  if (one.isSound !== other.isSound) return one.isSound ? one : other;
  if (one.isSound) return width(other) > width(one) ? other : one;
  return other.agreeing > one.agreeing ? other : one;
}

function bestReading(start: TextStart, format: CsvFormat): Reading {
  const readings = DELIMITERS.map((delimiter) => readBy(start, { ...format, delimiter }));
  const split = readings.filter((reading) => width(reading) > 1);
  return (split.length > 0 ? split : readings).reduce(better);
}

function isText(texts: readonly Field[]): boolean {
  const type = suggestType(texts);
  return type.kind === 'scalar' && type.name === 'VARCHAR';
}

/** Whether the first record holds names: texts above something else, or texts all different. */
function hasHeader([first = [], ...rest]: readonly (readonly Field[])[]): boolean {
  const below = first.map((_, place) => rest.map((record) => record[place] ?? null));
  const isName = (name: Field, place: number) => {
    const column = below[place]!;
    return name !== null && !isText(column) && isText([...column, name]);
  };
  if (first.some(isName)) return true;
  const isDistinct = new Set(first).size === first.length;
  // Frames of pandas have a first column without a name: their index.
  const isNamed = ([index, ...names]: readonly Field[]) =>
    (index ?? '') !== '' || names.length > 0 ? names.every((name) => (name ?? '') !== '') : false;
  return isDistinct && isNamed(first) && first.every((name) => isText([name]));
}

/** What is known of a CSV text before it is looked at. */
export interface AskedCsv {
  readonly delimiter?: string | undefined;
  readonly header?: boolean | undefined;
}

/**
 * Finds the delimiter of a CSV text among comma, semicolon, tab and bar, and whether it has a
 * header, by its begin; what is asked for is taken as it is. A guess, to be shown to the user.
 *
 * The delimiter is the one by which all records have the same number of fields; of several, the one
 * that gives most. A header is a first record of texts above a column of something else, or of
 * texts that are all different.
 */
export function sniffCsv(start: TextStart, asked: AskedCsv, format: CsvFormat): CsvFormat {
  const { delimiter } = asked;
  const reading =
    delimiter === undefined ? bestReading(start, format) : readBy(start, { ...format, delimiter });
  const header = asked.header ?? hasHeader(reading.records);
  return { ...format, delimiter: reading.delimiter, header };
}
