import { type ColumnType, typeSql } from './column-type.ts';
import { literal } from './quote.ts';
import type { Relation } from './relation.ts';

const MIB = 1024 * 1024;
/** What the engine holds of a file at once: more is not faster. */
const BUFFER_BYTES = 8 * MIB;
/** No field without quotes can be a line end, so where no text is NULL, this is. */
const NEVER = '\n';

/**
 * Files of records, proved sound, and how they are written. A first line of as many fields, which
 * is no record, keeps a byte order mark from being the first character of a file.
 */
export interface CsvFiles {
  /** Read one after the other. The engine holds the whole of one: several small ones are best. */
  readonly paths: readonly string[];
  /** Of every field of a record. Anything but VARCHAR is read as loosely as the engine reads it. */
  readonly types: readonly ColumnType[];
  readonly delimiter: string;
  /** Undefined: none; every byte is text. */
  readonly quote?: string;
  /** Without quotes each of these is NULL; within quotes it is a text. */
  readonly nullText: readonly string[];
  /** Of the longest record, with its line end. */
  readonly recordBytes: number;
}

/**
 * How the engine reads files of CSV. Nothing is left to its guesses.
 *
 * Proved before, since the engine reads it otherwise than RFC 4180, or not at all:
 *
 * - every record has the same number of fields (an empty one too many is dropped), and none of two
 *   or more is an empty line (it is dropped);
 * - records end in LF, and outside of quotes there is no CR;
 * - no blanks before or behind a quoted field (they are dropped), and its quote is closed (else
 *   there are no rows at all).
 */
export function csvRelation({ paths, types, delimiter, quote, nullText, recordBytes }: CsvFiles) {
  const lineBytes = Math.max(recordBytes + 1, 65_536);
  const columns = types.map((type, place) => `'c${place}': ${literal(typeSql(type))}`);
  const options = {
    auto_detect: 'false',
    header: 'true',
    columns: `{${columns.join(', ')}}`,
    delim: literal(delimiter),
    quote: literal(quote ?? ''),
    escape: literal(quote ?? ''),
    comment: "''",
    new_line: String.raw`'\n'`,
    nullstr: `[${(nullText.length === 0 ? [NEVER] : nullText).map(literal).join(', ')}]`,
    allow_quoted_nulls: 'false',
    strict_mode: 'true',
    null_padding: 'false',
    ignore_errors: 'false',
    parallel: 'false',
    compression: "'none'",
    encoding: "'utf-8'",
    max_line_size: `${lineBytes}`,
    buffer_size: `${Math.max(BUFFER_BYTES, 2 * lineBytes)}`,
  };
  const named = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  return {
    sql: `read_csv(${[`[${paths.map(literal).join(', ')}]`, ...named].join(', ')})`,
    types,
  } satisfies Relation;
}
