import { join } from 'node:path';
import type { S3Client } from '#aws/clients.ts';
import { OutputConflictError } from '#core/errors.ts';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { FinishedChunk } from '#core/run/ledger-records.ts';
import type { TableRun } from '#core/run/table-run.ts';
import type { Counts } from '#core/sources/source-kinds.ts';
import { originOf, type TableChunk } from '#core/tables/run/table-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import { sendRejected } from '#lambdas/shared/send-rejected.ts';
import { type ConvertedChunk, convertChunk } from '#tables/convert-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { withEngine } from '#tables/with-engine.ts';
import { chunkMetadata, keptChunk } from './kept-chunk.ts';
import { type SliceDeps, withChunkSlices } from './planned-slices.ts';
import { sendTableFile } from './send-table-file.ts';

/** What a chunk is written with. */
interface ChunkDeps extends TransformDeps, OwnFunctions, SliceDeps {}

/** A chunk of a table, and where its file goes. */
interface PlacedChunk {
  readonly run: TableRun;
  readonly chunk: TableChunk;
  readonly key: string;
}

/** The file of a chunk, as it was written. */
interface WrittenChunk {
  readonly path: string;
  readonly layout: TableLayout;
  readonly converted: ConvertedChunk;
}

/** Sends the file of a chunk; of a database an object of other rows may stand there, and stays. */
async function sendChunk(
  s3: S3Client,
  { run, key }: PlacedChunk,
  { path, layout, converted }: WrittenChunk,
  signal: AbortSignal,
): Promise<FinishedChunk> {
  const { rows, rejected, filtered } = converted;
  const { bucket } = run.location;
  const counted: Counts = layout.transform === undefined ? {} : { filtered };
  const isOfDatabase = layout.postgres !== undefined;
  const metadata = isOfDatabase ? { metadata: chunkMetadata({ rows, ...counted }) } : {};
  try {
    return {
      ...(await sendTableFile(s3, { run, key, ...metadata }, path, signal)),
      recordCount: rows,
      counts: { rejected: rejected.length, ...counted },
    };
  } catch (error) {
    if (!isOfDatabase || !(error instanceof OutputConflictError)) throw error;
    const isParquet = run.output.file.format === 'parquet';
    return await keptChunk(s3, { bucket, key, isParquet }, error, signal);
  }
}

/**
 * Writes what a chunk of a table covers as one file, create-only.
 *
 * Memory: that of `convertChunk`. In `/tmp` lie the text of the chunk, twice of a database, what
 * the engine spills, and the file.
 *
 * @returns the figures of the stored object; its content is the object itself.
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column.
 * @throws {TransformError} the transform fails, makes other rows than it may, or its functions are
 * not those of the plan.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function writeTableChunk(
  deps: ChunkDeps,
  at: PlacedChunk,
  signal: AbortSignal,
): Promise<FinishedChunk> {
  const { run, chunk } = at;
  const { s3, functions } = deps;
  const { runId, location } = run;
  const { file } = run.output;
  const call = callFunctionOf(deps, { ...location, runId, what: `chunk ${chunk.index}` });
  return await withEngine(engineBytes(), async ({ engine, directory }) => {
    const layout = await readLayout(s3, run, signal);
    await addPlanned(engine, layout, functions);
    const name = `chunk.${file.format}`;
    const keyValues = originOf(run.runId, chunk);
    const room = { engine, directory, name, call, signal };
    const options = { ...room, layout, output: file, keyValues };
    const opened = { run, layout, chunk, directory };
    const converted = await withChunkSlices(deps, opened, signal, (slices) =>
      convertChunk(slices, options),
    );
    const rejects = { bucket: location.bucket, key: rejectsKey(run, chunk.index) };
    await sendRejected(s3, rejects, converted.rejected, signal);
    return await sendChunk(s3, at, { path: join(directory, name), layout, converted }, signal);
  });
}
