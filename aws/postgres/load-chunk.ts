import { DatabaseError, IncompleteRunError } from '#core/errors.ts';
import { qualified } from '#core/tables/postgres/load-target.ts';
import { CHUNKS_TABLE } from './load-ledger.ts';
import { filledTable, type LoadRun } from './prepare-load.ts';
import { type CopyFormat, sendRows } from './send-rows.ts';
import type { PostgresClient } from './with-postgres.ts';

/** What is sent of a chunk. */
export interface SentFigures {
  readonly rows: number;
  /** Of the CSV. */
  readonly bytes: number;
  readonly crc32: string;
}

/** A chunk as CSV without a header. */
export interface SentChunk extends SentFigures {
  readonly index: number;
  readonly path: string;
}

/** The figures of a chunk that is in the table. */
async function loadedFigures(
  client: PostgresClient,
  { target, runId }: LoadRun,
  index: number,
): Promise<SentFigures> {
  const { rows } = await client.query<{ rows: string; bytes: string; crc32: string }>(
    `SELECT rows, bytes, crc32 FROM ${qualified(target.schema, CHUNKS_TABLE)}
     WHERE run = $1 AND chunk = $2`,
    [runId, index],
  );
  const [found] = rows;
  if (found === undefined) {
    throw new IncompleteRunError(`the row of chunk ${index} in ${CHUNKS_TABLE} is gone`);
  }
  return { rows: Number(found.rows), bytes: Number(found.bytes), crc32: found.crc32 };
}

async function send(client: PostgresClient, run: LoadRun, chunk: SentChunk): Promise<CopyFormat> {
  const { schema } = run.target;
  const into = filledTable(run);
  const columns = run.columns.map(({ name }) => name);
  const { taken, format } = await sendRows(client, { schema, table: into, columns }, chunk.path);
  if (taken === chunk.rows) return format;
  throw new DatabaseError(
    `the server took ${taken} rows of chunk ${chunk.index}, sent were ${chunk.rows}; a rule or trigger of ${qualified(schema, into)} may leave rows out`,
  );
}

/**
 * Sends the rows of a chunk into the table, and its row into the ledger beside it, in one
 * transaction: either both are there or none, however often and by how many it is tried. The second
 * of two waits for the first, and finds its row.
 *
 * @returns the figures of what is in the table, and in which format that was sent; undefined where
 * an earlier try has sent it.
 */
export async function loadChunk(
  client: PostgresClient,
  run: LoadRun,
  chunk: SentChunk,
): Promise<SentFigures & { readonly format: CopyFormat | undefined }> {
  const { index, rows, bytes, crc32 } = chunk;
  await client.query('BEGIN');
  try {
    const { rowCount } = await client.query(
      `INSERT INTO ${qualified(run.target.schema, CHUNKS_TABLE)} (run, chunk, rows, bytes, crc32)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [run.runId, index, rows, bytes, crc32],
    );
    if (rowCount === 0) {
      await client.query('ROLLBACK');
      return { ...(await loadedFigures(client, run, index)), format: undefined };
    }
    const format = await send(client, run, chunk);
    await client.query('COMMIT');
    return { rows, bytes, crc32, format };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
