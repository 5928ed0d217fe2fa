import * as z from 'zod/mini';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import type { ContentBounds } from './output.ts';

/**
 * What S3 takes as one part of an object; the last one may be shorter.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export const PART_BYTES_OF_OBJECT = { least: 5 * 1024 ** 2, most: 5 * 1024 ** 3 } as const;

/** Most parts of an object. */
export const MAX_PARTS = 10_000;

/** Name of the object without its ending. */
export const SINGLE_NAME = 'rows';

/** Where all chunks become one object: each is one part of it. */
export interface SinglePart {
  /** Least and most bytes that the part of rows can have, for any values. */
  bounds(facts: MatrixInfo): ContentBounds;
  /**
   * Most bytes of text that a part may be planned for: a header and what compression may add fit
   * behind them.
   */
  readonly mostText: number;
  /** Makes a part that is too short long enough, with the same content; absent for plain text. */
  readonly lengthen?: (part: Uint8Array) => Uint8Array;
}

/** Where a request may ask for one object, in its `output` section. */
export const SINGLE = { single: z.optional(z.boolean({ error: 'true or false' })) };

function notSingle(why: string) {
  return { single: z.optional(z.literal(false, { error: `left out: ${why}` })) };
}

/** The same where it cannot: the bytes of several chunks one after the other are no such file. */
export const NOT_SINGLE = notSingle(
  'only texts of lines, such as csv, are whole again when they are joined',
);

/** The same of a table in another format than CSV. */
export const NOT_SINGLE_TABLE = notSingle('of a table only output.format csv can be one object');

/** What the spec of a kind has where all is one object. */
export const singleSpec = { single: z.optional(z.literal(true)) };

/** Of the `output` section: an object cannot grow. */
export const isNotAppended = z.check<{ single?: boolean | undefined; mode?: string | undefined }>(
  ({ value: { single, mode }, issues }) => {
    if (single !== true || mode !== 'append') return;
    const message =
      "left out where mode is 'append', as no object can grow: append chunks, and join them by the command assemble";
    issues.push({ code: 'custom', message, input: single, path: ['single'] });
  },
);

/** What a request says, as the spec has it. */
export function singleOf(single: boolean | undefined): { readonly single?: true } {
  return single === true ? { single } : {};
}
