import { pipeline } from 'node:stream/promises';
import { from } from 'pg-copy-streams';
import type { PostgresClient } from './with-postgres.ts';

/**
 * Sends rows into a table by `COPY … FROM STDIN`, as fast as the server takes it. Holds a few
 * pieces of it.
 *
 * @returns the rows that the server took.
 */
export async function copyIn(
  client: PostgresClient,
  statement: string,
  rows: AsyncIterable<Buffer>,
): Promise<number> {
  const copy = client.query(from(statement));
  await pipeline(rows, copy);
  return copy.rowCount;
}
