import * as z from 'zod/mini';
import { CONNECTION_NAME } from '#core/contract.ts';
import { MAX_NAME_BYTES, MAX_TABLE_BYTES } from './load-target.ts';

const CONNECTION_ERROR =
  "the name of a connection of the deployment's postgres (letters, digits, hyphens, underscores), not an ARN, host, user or URL: these are the deployment's";

/** What belongs to the deployment and its secret, however it is called. */
const OF_THE_DEPLOYMENT = /:\/\/|^arn:/i;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/;

function isName(name: string, maxBytes: number): boolean {
  const bytes = Buffer.byteLength(name);
  return (
    bytes > 0 &&
    bytes <= maxBytes &&
    name.isWellFormed() &&
    !CONTROL.test(name) &&
    !OF_THE_DEPLOYMENT.test(name)
  );
}

function named(maxBytes: number, what: string) {
  const error = `the name of a ${what}, 1 to ${maxBytes} bytes without control characters, as it is (quotes are added)`;
  return z.string({ error }).check(z.refine((name) => isName(name, maxBytes), { error }));
}

/** A connection of the deployment, by its name. */
const connectionName = z
  .string({ error: CONNECTION_ERROR })
  .check(z.regex(CONNECTION_NAME, { error: CONNECTION_ERROR }));

/** The section `output.postgres` of a request. */
export const loadSection = z.strictObject(
  {
    connection: connectionName,
    schema: z._default(named(MAX_NAME_BYTES, 'schema'), 'public'),
    table: named(MAX_TABLE_BYTES, 'table'),
  },
  { error: 'an object with connection, table and schema' },
);
