import { createObject } from '#aws/create-only.ts';
import { loadChunk } from '#aws/postgres/load-chunk.ts';
import { queryProblem } from '#aws/postgres/postgres-errors.ts';
import type { LoginDeps } from '#aws/postgres/postgres-login.ts';
import { type PostgresClient, withPostgres } from '#aws/postgres/with-postgres.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import { qualified } from '#core/tables/postgres/load-target.ts';
import { receiptText } from '#core/tables/postgres/receipt.ts';
import type { Instruments } from '#lambdas/shared/step.ts';
import {
  type ConvertDeps,
  convertPlanned,
  type PlannedTableChunk,
} from '#lambdas/shared/table-chunk/convert-planned.ts';
import type { TryMeter } from '#lambdas/shared/try-meter.ts';
import { fileFigures } from '#tables/file-figures.ts';
import { loadRunOf } from './load-run.ts';

/** What a chunk is loaded with. */
export interface LoadDeps extends ConvertDeps, LoginDeps, Instruments {
  readonly meter: TryMeter;
}

/** Works with a connection; what fails is named by what was tried. */
export async function withDatabase<T>(
  deps: LoginDeps,
  { connection, action }: { readonly connection: string; readonly action: string },
  signal: AbortSignal,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  return await withPostgres(deps, connection, signal, async (client) => {
    try {
      return await work(client);
    } catch (error) {
      throw queryProblem(error, connection, action);
    }
  });
}

/**
 * Loads what a chunk of a table covers into a table of a database, and writes its receipt. Memory
 * and `/tmp`: those of `convertPlanned`.
 *
 * @returns the figures of the receipt; its content is the CSV that was sent.
 * @throws {DatabaseError} the server takes a value not; names line, column and value.
 * @throws {ServiceUnavailableError} the connection was lost: either all of the chunk is there, or
 * nothing, and the next try finds out.
 * @throws as `convertPlanned`.
 */
export async function loadTableChunk(
  deps: LoadDeps,
  { run, chunk, key }: PlannedTableChunk & { readonly key: string },
  signal: AbortSignal,
): Promise<ChunkFigures> {
  const { index } = chunk;
  const { counts, load, ...loaded } = await convertPlanned(
    deps,
    { run, chunk },
    signal,
    async (ready) => {
      const { path, rows, layout } = ready;
      const load = loadRunOf(run, layout);
      const { connection, schema, table } = load.target;
      const action = `load chunk ${index} into ${qualified(schema, table)}`;
      const sent = { index, path, rows, ...(await fileFigures(path)) };
      const inTable = await withDatabase(deps, { connection, action }, signal, (client) =>
        deps.meter.sending(() => loadChunk(client, load, sent)),
      );
      return { ...inTable, load, counts: ready.counts };
    },
  );
  const { rows, bytes, crc32, format } = loaded;
  const said = format === undefined ? 'chunk was in the table already' : 'rows were sent';
  deps.logger.info(said, { rows, bytes, crc32, format });
  const text = receiptText({ run: run.runId, chunk: index, ...load.target, rows, bytes, crc32 });
  const { contentType } = tableOutput(run.output);
  const target = { bucket: run.location.bucket, key, contentType };
  const { etag } = await createObject(deps.s3, target, [text], signal);
  return {
    ...{ bytes: Buffer.byteLength(text), contentBytes: bytes, crc32, etag },
    ...{ recordCount: rows, counts },
  };
}
