import { OutputConflictError } from '#core/errors.ts';
import type { FinishedChunk } from '#core/run/ledger-records.ts';
import {
  type ConvertDeps,
  convertPlanned,
  type PlannedTableChunk,
  type ReadyChunk,
} from '#lambdas/shared/table-chunk/convert-planned.ts';
import { chunkMetadata, keptChunk } from './kept-chunk.ts';
import { sendTableFile } from './send-table-file.ts';

/** A chunk of a table, and where its file goes. */
interface PlacedChunk extends PlannedTableChunk {
  readonly key: string;
}

/** Sends the file of a chunk; of a database an object of other rows may stand there, and stays. */
async function sendChunk(
  { s3 }: ConvertDeps,
  { run, chunk, key }: PlacedChunk,
  { path, rows, counts, layout }: ReadyChunk,
  signal: AbortSignal,
): Promise<FinishedChunk> {
  const { bucket } = run.location;
  const isOfDatabase = layout.postgres !== undefined;
  const { filtered } = counts;
  const metadata = isOfDatabase ? { metadata: chunkMetadata({ rows, filtered }) } : {};
  try {
    return {
      ...(await sendTableFile(s3, { run, index: chunk.index, key, ...metadata }, path, signal)),
      ...{ recordCount: rows, counts },
    };
  } catch (error) {
    if (!isOfDatabase || !(error instanceof OutputConflictError)) throw error;
    const { file, companions } = run.output;
    const kept = { bucket, key, isParquet: file.format === 'parquet', companions };
    return await keptChunk(s3, kept, error, signal);
  }
}

/**
 * Writes what a chunk of a table covers as one file, create-only. Memory and `/tmp`: those of
 * `convertPlanned`.
 *
 * @returns the figures of the stored object; its content is the object itself.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 * @throws as `convertPlanned`.
 */
export async function writeTableChunk(
  deps: ConvertDeps,
  at: PlacedChunk,
  signal: AbortSignal,
): Promise<FinishedChunk> {
  return await convertPlanned(deps, at, signal, (ready) => sendChunk(deps, at, ready, signal));
}
