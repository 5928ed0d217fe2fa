import * as z from 'zod/mini';

/** Most texts that stand for NULL, and most characters of one. */
const MAX_NULL_TEXTS = 100;
const MAX_NULL_CHARACTERS = 64;

const DELIMITER = 'one ASCII character that is not a letter, digit, sign, dot, quote or line break';
const QUOTE = `one of '"', "'", '|', '~', '^', '\`', or '' if no field is quoted`;
const NULL_TEXTS = `a list of at most ${MAX_NULL_TEXTS} texts of at most ${MAX_NULL_CHARACTERS} characters without quotes, delimiters and line breaks`;

/** A separator that is not part of a number, so that no unquoted number holds one. */
const delimiter = z
  .string({ error: DELIMITER })
  .check(z.regex(/^[^\0\n\r"'+.0-9A-Za-z\u0080-\uffff-]$/, { error: DELIMITER }));

/** A character that no number, date or name begins with. */
const quote = z.string({ error: QUOTE }).check(z.regex(/^["'|~^`]?$/, { error: QUOTE }));

const nullText = z
  .array(
    z.string({ error: NULL_TEXTS }).check(
      z.maxLength(MAX_NULL_CHARACTERS, { error: NULL_TEXTS }),
      z.refine((text) => text.isWellFormed() && !/[\0\r\n"]/.test(text), { error: NULL_TEXTS }),
    ),
    { error: NULL_TEXTS },
  )
  .check(z.maxLength(MAX_NULL_TEXTS, { error: NULL_TEXTS }));

/** True if a field without quotes can hold the text. */
function isUnquoted(
  text: string,
  { delimiter: separator, quote: around }: { readonly delimiter: string; readonly quote: string },
): boolean {
  return !text.includes(separator) && (around === '' || !text.includes(around));
}

const flag = z.boolean({ error: 'true or false' });

/** `source.csv` of a request: how the texts of a CSV source are read. Nothing is guessed. */
export const csvFormatSection = z
  .strictObject(
    {
      /** One ASCII character between fields. */
      delimiter: z._default(delimiter, ','),
      /** One ASCII character around fields; empty if no field is quoted. */
      quote: z._default(quote, '"'),
      /** The first record of each object holds the names of the columns. */
      header: z._default(flag, true),
      /** Unquoted fields of these texts are NULL; a quoted field is always a text. */
      nullText: z._default(nullText, ['']),
      /** Quoted fields may hold newlines. */
      quotedNewlines: z._default(flag, true),
    },
    { error: 'an object with delimiter, quote, header, nullText, quotedNewlines' },
  )
  .check(
    z.refine((format) => format.delimiter !== format.quote, {
      error: 'a delimiter and a quote that are different characters',
    }),
    z.refine((format) => format.nullText.every((text) => isUnquoted(text, format)), {
      path: ['nullText'],
      error: NULL_TEXTS,
    }),
  );

type Words = z.infer<typeof csvFormatSection>;

/** What {@link csvFormatSection} makes of a request. */
export type CsvFormat = Readonly<Omit<Words, 'nullText'>> & {
  readonly nullText: readonly string[];
};

/** Most bytes of a record: what the engine's own buffer takes without growing. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;
