import { join } from 'node:path';
import type { S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { WriteTableInput } from '#core/run/write-table-input.ts';
import { originOf } from '#core/tables/run/table-chunk.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import { sendFile } from '#lambdas/shared/send-file.ts';
import type { RejectedValue } from '#tables/bad-rows.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { fileStatistics } from '#tables/file-statistics.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { withEngine } from '#tables/with-engine.ts';
import { openPlannedSlices } from './planned-slices.ts';

/** Writes the rows that were left out beside the manifest, before the file that lacks them. */
async function sendRejected(
  s3: S3Client,
  { run, chunk }: WriteTableInput,
  rejected: readonly RejectedValue[],
  signal: AbortSignal,
): Promise<void> {
  if (rejected.length === 0) return;
  const key = rejectsKey(run, chunk.index);
  const target = { bucket: run.location.bucket, key, contentType: 'application/x-ndjson' };
  const lines = rejected.map((value) => `${JSON.stringify(value)}\n`);
  await createObject(s3, target, lines, signal);
}

/** What a chunk is written with. */
interface ChunkDeps extends TransformDeps, OwnFunctions {}

/**
 * Writes what a chunk of a table covers as one file, create-only.
 *
 * Memory: that of `convertChunk`. In `/tmp` lie the text of the chunk, what the engine spills, and
 * the file.
 *
 * @returns the figures of the stored object; its content is the object itself.
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column.
 * @throws {TransformError} the transform fails, makes other rows than it may, or its functions are
 * not those of the plan.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function writeTableChunk(
  deps: ChunkDeps,
  { run, chunk, key }: WriteTableInput & { readonly key: string },
  signal: AbortSignal,
): Promise<ChunkFigures> {
  const { s3, functions } = deps;
  const { runId, location } = run;
  const { file, companions } = run.output;
  const call = callFunctionOf(deps, { ...location, runId, what: `chunk ${chunk.index}` });
  return await withEngine(engineBytes(), async ({ engine, directory }) => {
    const { layout, slices } = await openPlannedSlices(s3, run, chunk, signal);
    await addPlanned(engine, layout, functions);
    const name = `chunk.${file.format}`;
    const keyValues = originOf(run.runId, chunk);
    const room = { engine, directory, name, call, companions, signal };
    const written = await convertChunk(slices, { ...room, layout, output: file, keyValues });
    const path = join(directory, name);
    await sendRejected(s3, { run, chunk }, written.rejected, signal);
    const { contentType } = tableOutput(run.output);
    const target = { bucket: run.location.bucket, key, contentType };
    const { bytes, etag, sent } = await sendFile(s3, target, path, signal);
    return {
      ...{ bytes, contentBytes: bytes, crc32: crc32Hex(sent.crc32), etag },
      recordCount: written.rows,
      counts: {
        rejected: written.rejected.length,
        ...(layout.transform !== undefined && { filtered: written.filtered }),
      },
      statistics: file.format === 'parquet' ? await fileStatistics(path, companions) : undefined,
    };
  });
}
