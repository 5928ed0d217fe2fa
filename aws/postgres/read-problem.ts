import {
  BoundExceededError,
  CorruptSourceError,
  RequestError,
  SourceNotFoundError,
} from '#core/errors.ts';
import { queryProblem } from './postgres-errors.ts';

/** The fields of an error of `pg` that are used. */
interface PostgresError extends Error {
  /** Five characters of SQLSTATE. */
  readonly code?: string;
}

const NO_TABLE = /^(?:42P01|3F000)$/;
const WRITES = '25006';
const CANCELLED = '57014';
/** Of a statement that cannot be, or not in a transaction that reads. */
const WRONG = /^(?:42|0A|25\d)/;
const NO_PERMISSION = '42501';
/** Of a value that cannot be, such as a text that is cast to a number. */
const VALUE = /^22/;

/**
 * Why a statement that reads failed, as a named error; the server's own words stand in it.
 *
 * @param name of the connection.
 */
export function readProblem(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { code = '', message } = thrown as PostgresError;
  const options = { cause: thrown };
  const said = `${code}: ${message}`;
  if (NO_TABLE.test(code)) {
    return new SourceNotFoundError(
      `source.postgres reads a table that connection ${name} does not have, or whose schema its user may not use (${said}); give schema and table apart and as they are, in a query names with their schema`,
      options,
    );
  }
  if (code === WRITES) {
    return new RequestError(
      [`source.postgres.query writes or locks (${said}); it must be one SELECT`],
      options,
    );
  }
  if (code === CANCELLED) {
    return new BoundExceededError(
      `a statement of source.postgres took too long (${said}); put an index on the key, or ask for smaller files`,
      options,
    );
  }
  if (WRONG.test(code) && code !== NO_PERMISSION) {
    return new RequestError(
      [`source.postgres cannot be read (${said}); query must be one SELECT that is right alone`],
      options,
    );
  }
  if (VALUE.test(code)) {
    return new CorruptSourceError(`a value of source.postgres cannot be read (${said})`, options);
  }
  return queryProblem(thrown, name, 'read the source');
}
