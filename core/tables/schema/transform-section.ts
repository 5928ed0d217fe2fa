import * as z from 'zod/mini';
import { TRANSFORM_NAME } from '#core/contract.ts';
import { type TableSchema, tableSchema } from './table-schema.ts';

/** Bytes of SQL: more is no SELECT that a person wrote. */
const MAX_SQL_BYTES = 64 * 1024;

/** As long as a deployment may call them. */
const MAX_NAME = 63;

const FUNCTIONS = 'the name of a module of functions that was deployed';

const SQL = `one SELECT over input that makes of each row one row or none, at most ${MAX_SQL_BYTES} bytes`;
const LAMBDA =
  "the name that the deployment gives a function, such as 'clean': a letter, then letters, digits, hyphens and underscores, 64 at most; an ARN is refused";

/** A transform by SQL. */
export interface SqlTransform {
  readonly sql: string;
  /** Name of the module of functions that the SELECT calls. */
  readonly functions?: string;
}

/** Whether a function gives back all rows, or may leave some out. */
type TransformRows = 'same' | 'fewer';

/** A transform by a function of the deployment. */
export interface FunctionTransform {
  /** The name that the deployment gives the function. */
  readonly lambda: string;
  readonly rows: TransformRows;
  /** Columns that it gives back; absent: those that it gets. */
  readonly schema?: TableSchema;
}

/** What becomes of the rows of a table. */
export type Transform = SqlTransform | FunctionTransform;

const fields = z
  .strictObject(
    {
      sql: z.optional(
        z.string({ error: SQL }).check(
          z.refine((text) => text.trim() !== '' && Buffer.byteLength(text) <= MAX_SQL_BYTES, {
            error: SQL,
          }),
        ),
      ),
      functions: z.optional(
        z
          .string({ error: FUNCTIONS })
          .check(z.minLength(1, FUNCTIONS), z.maxLength(MAX_NAME, FUNCTIONS)),
      ),
      lambda: z.optional(
        z.string({ error: LAMBDA }).check(z.regex(TRANSFORM_NAME, { error: LAMBDA })),
      ),
      schema: z.optional(tableSchema),
      rows: z.optional(z.enum(['same', 'fewer'], { error: "'same' or 'fewer'" })),
    },
    { error: 'an object with sql and functions, or with lambda, schema and rows' },
  )
  .check(
    z.refine(({ sql, lambda }) => (sql === undefined) !== (lambda === undefined), {
      error: 'either sql or lambda, and not both; let the function do what the SQL would',
    }),
    z.refine(
      ({ lambda, schema, rows }) =>
        lambda !== undefined || (schema === undefined && rows === undefined),
      { error: 'schema and rows only with lambda: those of sql follow from it' },
    ),
    z.refine(({ sql, functions }) => sql !== undefined || functions === undefined, {
      error: 'functions only with sql, which calls them',
    }),
  );

/** The `transform` section: what becomes of the rows once they have the columns of `schema`. */
export const transformSection = z.pipe(
  fields,
  z.transform(({ sql, functions, lambda, schema, rows = 'same' }): Transform => {
    if (lambda === undefined) return { sql: sql!, ...(functions !== undefined && { functions }) };
    return { lambda, rows, ...(schema !== undefined && { schema }) };
  }),
);
