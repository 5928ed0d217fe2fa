import * as z from 'zod/mini';
import { CONNECTION_NAME } from '#core/contract.ts';

/** A table of a database; both names as they are, without quotes. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** PostgreSQL cuts longer names without a word. */
export const MAX_NAME_BYTES = 63;

/** The schema where a request names none. */
export const USUAL_SCHEMA = 'public';

const CONNECTION =
  "the name of a connection of the deployment's postgres (a letter, then letters, digits, hyphens, underscores, 64 at most), not an ARN, host, user or URL: these are the deployment's";

/** In the place of what may be a password. */
export const HIDDEN = 'a text that is not shown';

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

/** A name of a schema or table, as it is: whoever writes it into SQL quotes it. */
export function namedIn(maxBytes: number, what: 'schema' | 'table') {
  const error = `the name of a ${what}, 1 to ${maxBytes} bytes without control characters, as it is (quotes are added)`;
  return z.string({ error }).check(z.refine((name) => isName(name, maxBytes), { error }));
}

const hidden = z.unknown().check(({ value, issues }) => {
  if (typeof value === 'string' && CONNECTION_NAME.test(value)) return;
  issues.push({ code: 'custom', message: CONNECTION, input: HIDDEN });
});

/** A connection of the deployment, by its name. What is none is not shown. */
export const connectionName = hidden as z.ZodMiniType<string, unknown>;
