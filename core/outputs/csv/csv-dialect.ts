import * as z from 'zod/mini';
import { PROFILES } from './profiles.ts';

/** How the text of a run is written; cells are quoted only where it is necessary. */
export const csvDialect = z.strictObject({
  profile: z.enum(PROFILES),
  /** One ASCII character between cells. */
  delimiter: z.string().check(z.length(1)),
  /** Text of a stored NaN. */
  naRep: z.string(),
  /**
   * `first-chunk`: only the first chunk has a header line, so the joined chunks are one file with
   * one header line.
   */
  header: z.enum(['none', 'first-chunk']),
  /** Each row begins with its name, or without names with its number. @default false */
  index: z.optional(z.literal(true)),
  lineTerminator: z.literal('\n'),
  encoding: z.literal('utf-8'),
});

export type CsvDialect = Readonly<z.infer<typeof csvDialect>>;

/** pandas' own defaults, but without a header, so that chunks can be joined. */
export const DEFAULT_DIALECT: CsvDialect = {
  profile: 'typed',
  delimiter: ',',
  naRep: '',
  header: 'none',
  lineTerminator: '\n',
  encoding: 'utf-8',
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
