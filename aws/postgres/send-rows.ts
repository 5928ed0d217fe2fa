import { createReadStream } from 'node:fs';
import { qualified } from '#core/tables/postgres/load-target.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import type { CopyKind } from '#core/tables/text/copy/copy-kernel.ts';
import { copyKinds } from '#core/tables/text/copy/copy-kinds.ts';
import { binaryRows, NotPlain, PIECE_BYTES } from './binary-rows.ts';
import { copyIn } from './copy-in.ts';
import { findTable } from './table-shape.ts';
import type { PostgresClient } from './with-postgres.ts';

/** Formats of `COPY` in which rows are sent. */
export type CopyFormat = 'binary' | 'csv';

/** Where rows go. */
export interface Filled {
  readonly schema: string;
  readonly table: string;
  /** Names of the columns that the rows have, in their order. */
  readonly columns: readonly string[];
}

/** SQLSTATEs of values that are refused, of constraints, and of what triggers raise. */
const REFUSED = /^(?:22|23|P0)/;

/** Whether the same rows as text may go in, or are refused in words that name the value. */
function isForText(error: unknown): boolean {
  return error instanceof NotPlain || REFUSED.test((error as { code?: string }).code ?? '');
}

/** How the columns are sent in the binary format; undefined where one of them cannot be. */
async function kindsOf(
  client: PostgresClient,
  { schema, table, columns }: Filled,
): Promise<readonly CopyKind[] | undefined> {
  const found = await findTable(client, schema, table);
  const types = new Map(found?.columns.map(({ name, type }) => [name, type]));
  return copyKinds(columns.map((name) => types.get(name) ?? ''));
}

/**
 * Sends a CSV into a table, within the transaction that is open: in the binary format, which costs
 * the server half as much, where every value is plain, and as it is where not, or where the server
 * refuses a value: only of text it names the line, the column and the value.
 *
 * @param path of a CSV without a header that the engine wrote.
 * @returns the rows that the server took, and in which format.
 */
export async function sendRows(
  client: PostgresClient,
  filled: Filled,
  path: string,
): Promise<{ readonly taken: number; readonly format: CopyFormat }> {
  const { schema, table } = filled;
  const columns = filled.columns.map(identifier).join(', ');
  const statement = `COPY ${qualified(schema, table)} (${columns}) FROM STDIN`;
  const kinds = await kindsOf(client, filled);
  if (kinds !== undefined) {
    await client.query('SAVEPOINT rows');
    try {
      const taken = await copyIn(client, `${statement} (FORMAT binary)`, binaryRows(path, kinds));
      return { taken, format: 'binary' };
    } catch (error) {
      if (!isForText(error)) throw error;
      await client.query('ROLLBACK TO SAVEPOINT rows');
    }
  }
  const text = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const taken = await copyIn(client, `${statement} (FORMAT csv, ENCODING 'UTF8')`, text);
  return { taken, format: 'csv' };
}
