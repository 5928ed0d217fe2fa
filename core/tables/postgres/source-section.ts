import * as z from 'zod/mini';
import {
  connectionName,
  HIDDEN,
  MAX_NAME_BYTES,
  namedIn,
  type TableName,
  USUAL_SCHEMA,
} from './table-name.ts';

/** A table, or the rows of a query, of a database that the deployment knows. */
export interface PostgresSource {
  /** Name of the connection. */
  readonly connection: string;
  readonly table?: TableName;
  readonly query?: string;
  /** Columns that rows are ordered and cut by. */
  readonly key: readonly string[];
  /** Stands for the ETag. */
  readonly version: string;
}

/** What says where a database is or who reads it, which only the deployment does. */
const OF_THE_DEPLOYMENT = [
  ...['host', 'port', 'user', 'username', 'password', 'database', 'dbname', 'url', 'uri'],
  ...['secret', 'secretArn', 'arn', 'token', 'ssl'],
];

const MAX_QUERY_BYTES = 64 * 1024;
const MAX_VERSION = 200;
const MAX_KEY_COLUMNS = 8;

const QUERY = `one SELECT without a semicolon at its end, at most ${MAX_QUERY_BYTES} bytes`;
const KEY = `the name of a column, or a list of 1 to ${MAX_KEY_COLUMNS} of them`;
const VERSION = `a text of 1 to ${MAX_VERSION} characters, such as a date: the same is the same run, another reads again`;

function isQuery(text: string): boolean {
  const isText = text.isWellFormed() && !text.includes('\0') && !/;\s*$/.test(text);
  return isText && text.trim() !== '' && Buffer.byteLength(text) <= MAX_QUERY_BYTES;
}

const column = z
  .string({ error: KEY })
  .check(z.refine((text) => text !== '' && text.isWellFormed() && !text.includes('\0'), KEY));

const key = z.pipe(
  z.transform((given: unknown) => (typeof given === 'string' ? [given] : given)),
  z.array(column, { error: KEY }).check(
    z.minLength(1, KEY),
    z.maxLength(MAX_KEY_COLUMNS, KEY),
    z.refine((names) => new Set(names).size === names.length, `${KEY}, each once`),
  ),
);

const fields = z
  .strictObject(
    {
      connection: connectionName,
      schema: z.optional(namedIn(MAX_NAME_BYTES, 'schema')),
      table: z.optional(namedIn(MAX_NAME_BYTES, 'table')),
      query: z.optional(z.string({ error: QUERY }).check(z.refine(isQuery, QUERY))),
      key,
      version: z.string({ error: VERSION }).check(
        z.minLength(1, VERSION),
        z.maxLength(MAX_VERSION, VERSION),
        z.refine((text) => text.isWellFormed() && !text.includes('\0'), VERSION),
      ),
    },
    { error: 'an object with connection, table or query, key and version' },
  )
  .check(
    z.refine((given) => (given.table === undefined) !== (given.query === undefined), {
      when: ({ issues }) => issues.length === 0,
      error: 'an object with either table or query',
    }),
    z.refine((given) => given.schema === undefined || given.table !== undefined, {
      when: ({ issues }) => issues.length === 0,
      error: 'an object with schema only where it has table; a query names its schemas itself',
    }),
  );

/** A table and its schema together. */
function placed({ schema = USUAL_SCHEMA, table, ...rest }: z.infer<typeof fields>): PostgresSource {
  return { ...rest, ...(table !== undefined && { table: { schema, table } }) };
}

/** Refuses what a request must not say, by its name and without its value. */
const withoutSecrets = z.unknown().check(({ value, issues }) => {
  if (typeof value !== 'object' || value === null) return;
  const told = Object.keys(value).filter((name) => OF_THE_DEPLOYMENT.includes(name));
  for (const name of told) {
    const message =
      'left out: where a database is and who reads it is said by the deployment alone, under the name of a connection';
    issues.push({ code: 'custom', message, path: [name], input: HIDDEN, continue: false });
  }
});

/** `source.postgres` of a request. */
export const postgresSection = z.pipe(z.pipe(withoutSecrets, fields), z.transform(placed));

/** The address of a database's table, for messages, run id and manifest. */
export function postgresUri({ connection: name, table: from }: PostgresSource): string {
  const what = from === undefined ? 'query' : `${from.schema}.${from.table}`;
  return `postgres:${name}/${what}`;
}
