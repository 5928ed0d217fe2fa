import * as z from 'zod/mini';

/** Bytes of SQL: more is no SELECT that a person wrote. */
const MAX_SQL_BYTES = 64 * 1024;

const SQL = `one SELECT over input that makes of each row one row or none, at most ${MAX_SQL_BYTES} bytes`;

/** The `transform` section: what becomes of the rows once they have the columns of `schema`. */
export const transformSection = z.strictObject(
  {
    sql: z.string({ error: SQL }).check(
      z.refine((text) => text.trim() !== '' && Buffer.byteLength(text) <= MAX_SQL_BYTES, {
        error: SQL,
      }),
    ),
  },
  { error: 'an object with sql' },
);

/** What becomes of the rows of a table. */
export type Transform = z.infer<typeof transformSection>;
