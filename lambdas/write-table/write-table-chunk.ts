import { crc32Hex } from '#core/checksum/crc32.ts';
import { OutputConflictError } from '#core/errors.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import type { FinishedChunk } from '#core/run/ledger-records.ts';
import type { WriteTableInput } from '#core/run/write-table-input.ts';
import { sendFile } from '#lambdas/shared/send-file.ts';
import {
  type ConvertDeps,
  convertPlanned,
  type ReadyChunk,
} from '#lambdas/shared/table-chunk/convert-planned.ts';
import { fileStatistics } from '#tables/file-statistics.ts';
import { chunkMetadata, keptChunk } from './kept-chunk.ts';

/** A chunk and the key of its object. */
interface ChunkAt extends WriteTableInput {
  readonly key: string;
}

/** Sends the file of a chunk; of a database an object of other rows may stand there, and stays. */
async function sendChunk(
  { s3 }: ConvertDeps,
  { run, key }: ChunkAt,
  { path, rows, counts, layout }: ReadyChunk,
  signal: AbortSignal,
): Promise<FinishedChunk> {
  const { bucket } = run.location;
  const isParquet = run.output.file.format === 'parquet';
  const isOfDatabase = layout.postgres !== undefined;
  const { filtered } = counts;
  const metadata = isOfDatabase ? { metadata: chunkMetadata({ rows, filtered }) } : {};
  const { contentType } = tableOutput(run.output);
  try {
    const target = { bucket, key, contentType, ...metadata };
    const { bytes, etag, sent } = await sendFile(s3, target, path, signal);
    return {
      ...{ bytes, contentBytes: bytes, crc32: crc32Hex(sent.crc32), etag },
      ...{ recordCount: rows, counts },
      statistics: isParquet ? await fileStatistics(path) : undefined,
    };
  } catch (error) {
    if (!isOfDatabase || !(error instanceof OutputConflictError)) throw error;
    return await keptChunk(s3, { bucket, key, isParquet }, error, signal);
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
  at: ChunkAt,
  signal: AbortSignal,
): Promise<FinishedChunk> {
  return await convertPlanned(deps, at, signal, (ready) => sendChunk(deps, at, ready, signal));
}
