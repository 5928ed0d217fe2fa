import { join } from 'node:path';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { originOf, type TableChunk } from '#core/tables/run/table-chunk.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import { sendRejected } from '#lambdas/shared/send-rejected.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { withEngine } from '#tables/with-engine.ts';
import { openPlannedSlices } from './planned-slices.ts';
import { sendTableFile } from './send-table-file.ts';

/** What a chunk is written with. */
interface ChunkDeps extends TransformDeps, OwnFunctions {}

/** A chunk of a table, and where its file goes. */
interface PlacedChunk {
  readonly run: TableRun;
  readonly chunk: TableChunk;
  readonly key: string;
}

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
  { run, chunk, key }: PlacedChunk,
  signal: AbortSignal,
): Promise<ChunkFigures> {
  const { s3, functions } = deps;
  const { runId, location } = run;
  const { file } = run.output;
  const call = callFunctionOf(deps, { ...location, runId, what: `chunk ${chunk.index}` });
  return await withEngine(engineBytes(), async ({ engine, directory }) => {
    const { layout, slices } = await openPlannedSlices(s3, run, chunk, signal);
    await addPlanned(engine, layout, functions);
    const name = `chunk.${file.format}`;
    const keyValues = originOf(run.runId, chunk);
    const room = { engine, directory, name, call, signal };
    const written = await convertChunk(slices, { ...room, layout, output: file, keyValues });
    const { rejected } = written;
    const rejects = { bucket: location.bucket, key: rejectsKey(run, chunk.index) };
    await sendRejected(s3, rejects, rejected, signal);
    return {
      ...(await sendTableFile(s3, { run, key }, join(directory, name), signal)),
      recordCount: written.rows,
      counts: {
        rejected: rejected.length,
        ...(layout.transform !== undefined && { filtered: written.filtered }),
      },
    };
  });
}
