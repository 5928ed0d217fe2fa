import * as z from 'zod/mini';

/** Bytes of SQL: more is no SELECT that a person wrote. */
const MAX_SQL_BYTES = 64 * 1024;

/** As long as a deployment may call them. */
const MAX_NAME = 63;

const FUNCTIONS = 'the name of a module of functions that was deployed';

const SQL = `one SELECT over input that makes of each row one row or none, at most ${MAX_SQL_BYTES} bytes`;

/** The `transform` section: what becomes of the rows once they have the columns of `schema`. */
export const transformSection = z.strictObject(
  {
    sql: z.string({ error: SQL }).check(
      z.refine((text) => text.trim() !== '' && Buffer.byteLength(text) <= MAX_SQL_BYTES, {
        error: SQL,
      }),
    ),
    functions: z.optional(
      z
        .string({ error: FUNCTIONS })
        .check(z.minLength(1, FUNCTIONS), z.maxLength(MAX_NAME, FUNCTIONS)),
    ),
  },
  { error: 'an object with sql and functions' },
);

/** What becomes of the rows of a table. */
export type Transform = z.infer<typeof transformSection>;
