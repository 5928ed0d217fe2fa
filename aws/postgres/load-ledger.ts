import { qualified } from '#core/tables/postgres/load-target.ts';
import type { PostgresClient } from './with-postgres.ts';

/** Tables beside those that are loaded: runs, and the chunks of each that are in. */
export const RUNS_TABLE = 'sparse_fanout_runs';
export const CHUNKS_TABLE = 'sparse_fanout_chunks';

/** The statements that make both; docs/tables.md has them for who makes them by hand. */
function ledgerStatements(schema: string): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${qualified(schema, RUNS_TABLE)} (
      run text PRIMARY KEY, table_name text NOT NULL, mode text NOT NULL,
      prepared timestamptz NOT NULL DEFAULT now(), published timestamptz)`,
    `CREATE TABLE IF NOT EXISTS ${qualified(schema, CHUNKS_TABLE)} (
      run text, chunk bigint, rows bigint NOT NULL, bytes bigint NOT NULL, crc32 text NOT NULL,
      loaded timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run, chunk))`,
  ];
}

/**
 * Works in one transaction, which alone of all of this program's has a name. What fails undoes all
 * of it.
 *
 * @param name such as that of a schema whose tables are changed.
 */
export async function alone<T>(
  client: PostgresClient,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  await client.query('BEGIN');
  try {
    const key = `sparse-fanout ${name}`;
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Makes the tables of the ledger that are not there; needs no right to where they are. */
export async function ensureLedger(client: PostgresClient, schema: string): Promise<void> {
  const names = [RUNS_TABLE, CHUNKS_TABLE];
  const { rowCount } = await client.query(
    `SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY ($2)`,
    [schema, names],
  );
  if (rowCount === names.length) return;
  for (const statement of ledgerStatements(schema)) await client.query(statement);
}

/** What the ledger knows of a run. */
export interface LedgerRun {
  readonly table: string;
  readonly isPublished: boolean;
}

/** @returns undefined where the run was not prepared yet. */
export async function readRun(
  client: PostgresClient,
  schema: string,
  runId: string,
): Promise<LedgerRun | undefined> {
  const { rows } = await client.query<{ table_name: string; published: boolean }>(
    `SELECT table_name, published IS NOT NULL AS published
     FROM ${qualified(schema, RUNS_TABLE)} WHERE run = $1`,
    [runId],
  );
  const [found] = rows;
  return found && { table: found.table_name, isPublished: found.published };
}

/** A chunk that is in a table. */
export interface LedgerChunk {
  readonly chunk: number;
  readonly rows: number;
  readonly bytes: number;
  readonly crc32: string;
}

/** All chunks of a run that are in, in their order. Holds them all. */
export async function readChunks(
  client: PostgresClient,
  schema: string,
  runId: string,
): Promise<readonly LedgerChunk[]> {
  const { rows } = await client.query<Readonly<Record<keyof LedgerChunk, string>>>(
    `SELECT chunk, rows, bytes, crc32 FROM ${qualified(schema, CHUNKS_TABLE)}
     WHERE run = $1 ORDER BY chunk`,
    [runId],
  );
  return rows.map(({ chunk, rows: count, bytes, crc32 }) => ({
    ...{ chunk: Number(chunk), rows: Number(count), bytes: Number(bytes), crc32 },
  }));
}
