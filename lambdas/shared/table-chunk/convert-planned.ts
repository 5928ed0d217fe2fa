import { join } from 'node:path';
import type { S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { WriteTableInput } from '#core/run/write-table-input.ts';
import { originOf } from '#core/tables/run/table-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import type { RejectedValue } from '#tables/bad-rows.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { withEngine } from '#tables/with-engine.ts';
import { type SliceDeps, withChunkSlices } from './planned-slices.ts';

/** What a chunk is made with. */
export interface ConvertDeps extends TransformDeps, OwnFunctions, SliceDeps {}

/** The file of a chunk, before it is sent anywhere. */
export interface ReadyChunk {
  readonly path: string;
  readonly rows: number;
  readonly layout: TableLayout;
  /** Rows that were left out. */
  readonly counts: ChunkFigures['counts'];
}

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

/**
 * Converts what a chunk of a table covers into a file, writes the rows that were left out, and
 * hands the file to `send`; after that it is gone.
 *
 * Memory: that of `convertChunk`. In `/tmp` lie the text of the chunk (twice where it comes
 * from a database), what the engine spills, and the file.
 *
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column.
 * @throws {TransformError} the transform fails, makes other rows than it may, or its functions are
 * not those of the plan.
 */
export async function convertPlanned<T>(
  deps: ConvertDeps,
  { run, chunk }: WriteTableInput,
  signal: AbortSignal,
  send: (ready: ReadyChunk) => Promise<T>,
): Promise<T> {
  const { s3, functions } = deps;
  const { runId, location } = run;
  const { file } = run.output;
  const call = callFunctionOf(deps, { ...location, runId, what: `chunk ${chunk.index}` });
  return await withEngine(engineBytes(), async ({ engine, directory }) => {
    const layout = await readLayout(s3, run, signal);
    await addPlanned(engine, layout, functions);
    const name = `chunk.${file.format}`;
    const keyValues = originOf(run.runId, chunk);
    const options = { engine, directory, name, call, signal, layout, output: file, keyValues };
    const opened = { run, layout, chunk, directory };
    const { rows, ...left } = await withChunkSlices(deps, opened, signal, (slices) =>
      convertChunk(slices, options),
    );
    await sendRejected(s3, { run, chunk }, left.rejected, signal);
    const counts = {
      rejected: left.rejected.length,
      ...(layout.transform !== undefined && { filtered: left.filtered }),
    };
    return await send({ path: join(directory, name), rows, layout, counts });
  });
}
