import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from } from 'pg-copy-streams';
import type { PostgresClient } from './with-postgres.ts';

/**
 * Sends a text into a table by `COPY … FROM STDIN`, as fast as the server takes it. Holds a few
 * pieces of it.
 *
 * @returns the rows that the server took.
 */
export async function copyIn(
  client: PostgresClient,
  statement: string,
  text: Readable,
): Promise<number> {
  const copy = client.query(from(statement));
  await pipeline(text, copy);
  return copy.rowCount;
}
