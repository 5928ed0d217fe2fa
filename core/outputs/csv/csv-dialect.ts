/**
 * The text of an unstored cell: for `typed` the zero of the dtype (`0`, `0.0`, `False`), for
 * `zero0` always `0`, for `empty` nothing.
 * @see docs/csv-text.md
 */
export type CsvProfile = 'typed' | 'zero0' | 'empty';

/** Names that a request may use for a profile. */
export const PROFILE_ALIASES: Readonly<Record<string, CsvProfile>> = {
  typed: 'typed',
  zero0: 'zero0',
  empty: 'empty',
  'pandas-2': 'typed',
  'pandas-1': 'zero0',
};

/**
 * How the text of a run is written. Lines end with `\n`; cells are quoted only where it is
 * necessary.
 */
export interface CsvDialect {
  readonly profile: CsvProfile;
  /** One ASCII character between cells. */
  readonly delimiter: string;
  /** Text of a stored NaN. */
  readonly naRep: string;
  /**
   * `first-chunk`: only the first chunk has a header line, so the joined chunks are one file with
   * one header line.
   */
  readonly header: 'none' | 'first-chunk';
}

/** pandas' own defaults, but without a header, so that chunks can be joined. */
export const DEFAULT_DIALECT: CsvDialect = {
  profile: 'typed',
  delimiter: ',',
  naRep: '',
  header: 'none',
};

/** Long enough for any word, and bounds the length of a cell. */
const MAX_NA_REP_CHARACTERS = 64;

/**
 * If `text` cannot be a delimiter, says what a delimiter must be: a character that is not part of a
 * number and not used for quoting.
 */
export function delimiterProblem(text: string): string | undefined {
  if (/^[^\0\n\r"'+.0-9A-Za-z\u0080-\uffff-]$/.test(text)) return undefined;
  return 'one ASCII character that is not a letter, digit, sign, dot, quote or line break';
}

/** If `text` cannot stand for NaN, says what such a text must be. */
export function naRepProblem(text: string): string | undefined {
  const short = text.length <= MAX_NA_REP_CHARACTERS;
  if (short && text.isWellFormed() && !/\p{Cc}/u.test(text)) return undefined;
  return `at most ${MAX_NA_REP_CHARACTERS} characters, none of them a control character`;
}
