import { join } from 'node:path';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { fileOfChunk } from '#core/tables/run/file-of-chunk.ts';
import { originOf, type TableChunk } from '#core/tables/run/table-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { withEngine } from '#tables/with-engine.ts';
import { type SliceDeps, withChunkSlices } from './planned-slices.ts';
import { sendRejected } from './send-rejected.ts';

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

/** A chunk of a table that a writer converts. */
export interface PlannedTableChunk {
  readonly run: TableRun;
  readonly chunk: TableChunk;
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
  { run, chunk }: PlannedTableChunk,
  signal: AbortSignal,
  send: (ready: ReadyChunk) => Promise<T>,
): Promise<T> {
  const { s3, functions } = deps;
  const { runId, location } = run;
  const { file, companions, partitionBy: columns = [] } = run.output;
  const call = callFunctionOf(deps, { ...location, runId, what: `chunk ${chunk.index}` });
  return await withEngine(engineBytes(), async ({ engine, directory }) => {
    const layout = await readLayout(s3, run, signal);
    await addPlanned(engine, layout, functions);
    const name = `chunk.${file.format}`;
    const keyValues = originOf(run.runId, chunk);
    const partition = chunk.partition && { columns, values: chunk.partition };
    const output = fileOfChunk(file, chunk.index);
    const form = { layout, output, companions, keyValues, partition };
    const options = { engine, directory, name, call, signal, ...form };
    const opened = { run, layout, chunk, directory };
    const { rows, ...left } = await withChunkSlices(deps, opened, signal, (slices) =>
      convertChunk(slices, options),
    );
    const rejects = { bucket: location.bucket, key: rejectsKey(run, chunk.index) };
    await sendRejected(s3, rejects, left.rejected, signal);
    const counts = {
      rejected: left.rejected.length,
      ...(layout.transform !== undefined && { filtered: left.filtered }),
    };
    return await send({ path: join(directory, name), rows, layout, counts });
  });
}
