import { join } from 'node:path';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { readText } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { IncompleteRunError, SourceNotFoundError, UploadConflictError } from '#core/errors.ts';
import {
  scatterKeys,
  shuffleFolder,
  shuffleLayoutKey,
  shuffleObjectsKey,
} from '#core/run/output-keys.ts';
import { plannedText } from '#core/run/planned-chunk.ts';
import {
  parseScatterPlan,
  type ScatterPlan,
  type ScatterTask,
} from '#core/run/scatter-table-input.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import { parseScatterIndex, type ScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import { sendFile } from '#lambdas/shared/send-file.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';
import { sendRejected } from '#lambdas/shared/table-chunk/send-rejected.ts';
import { s3TextIndexes } from '#lambdas/shared/text-indexes.ts';
import { openChunk } from '#tables/open-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { scatterWholeKeys } from '#tables/scatter-keys.ts';
import { type ScatterOptions, scatterRows } from '#tables/scatter-rows.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { withEngine } from '#tables/with-engine.ts';

/** What ScatterTable needs from outside. */
interface ScatterDeps extends Instruments, TransformDeps, OwnFunctions {
  readonly s3: S3Client;
  readonly outputBucket: string;
}

/** Output of one mapper. */
interface ScatterResult {
  readonly mapper: number;
  /** True when its index was there already, or the run is finished. */
  readonly skipped: boolean;
}

const ROWS_TYPE = 'application/vnd.apache.parquet';

/** What the mappers share; undefined if another execution has finished the run and removed it. */
async function readPlan(
  { s3, outputBucket }: ScatterDeps,
  runId: string,
  signal: AbortSignal,
): Promise<ScatterPlan | undefined> {
  const key = shuffleLayoutKey(runId);
  const text = await readText(s3, outputBucket, key, signal);
  return text === undefined ? undefined : parseScatterPlan(text, `s3://${outputBucket}/${key}`);
}

/** The list lies there as long as the layout, unless that was written once more behind it. */
function gone(uri: string, cause: unknown): UploadConflictError {
  return new UploadConflictError(
    `${uri} is gone: another execution of this run was faster, or it lay there for more than 22 days; this try is made again, and start the run anew if that fails too`,
    { cause },
  );
}

async function openSlices(
  { s3, outputBucket }: ScatterDeps,
  { runId, chunk }: ScatterTask,
  { layout }: ScatterPlan,
  signal: AbortSignal,
) {
  const store = s3ObjectStore(s3, signal);
  const uri = `s3://${outputBucket}/${shuffleObjectsKey(runId)}`;
  const list = await openOwn(store, uri).catch((error: unknown) => {
    throw error instanceof SourceNotFoundError ? gone(uri, error) : error;
  });
  const pins = parsePins(chunk.list.length === 0 ? new Uint8Array() : await list.read(chunk.list));
  const indexes = s3TextIndexes(s3, outputBucket, signal);
  return await openChunk({ layout, chunk, pins, store, indexes });
}

/**
 * Whether the mapper has done its slice, by its index.
 *
 * @throws {IncompleteRunError} it has done another one.
 */
async function isDone(
  { s3, outputBucket }: ScatterDeps,
  { runId, chunk }: ScatterTask,
  signal: AbortSignal,
): Promise<boolean> {
  const { index } = scatterKeys(runId, chunk.index);
  const text = await readText(s3, outputBucket, index, signal);
  if (text === undefined) return false;
  const uri = `s3://${outputBucket}/${index}`;
  if (parseScatterIndex(text, uri).planned === plannedText(chunk)) return true;
  throw new IncompleteRunError(
    `${uri} is of another slice than the one that is planned; remove s3://${outputBucket}/${shuffleFolder(runId)} and start the run again`,
  );
}

/** What pins an object. */
function pinOf({ bytes: size, etag }: { readonly bytes: number; readonly etag: string }) {
  return { size, etag };
}

/** Name in the engine's directory of the keys of a mapper, where keys are whole. */
const KEYS_NAME = 'keys.parquet';

/** Writes the files of a mapper: sorted by partition once transformed, or by key as they are. */
async function scatterSlices(
  slices: readonly TableSlice[],
  { functions, ...options }: ScatterOptions & OwnFunctions,
) {
  const { engine, layout } = options;
  if (layout.keysWhole === undefined) {
    await addPlanned(engine, layout, functions);
    return { ...(await scatterRows(slices, options)), keys: undefined };
  }
  const { rejected, rows, keys } = await scatterWholeKeys(slices, { ...options, index: KEYS_NAME });
  return { rejected, filtered: 0, groups: [], partitions: [], keys: { keys, rows } };
}

/** Scatters the rows of a slice: writes them and those that are left out, and the index last. */
async function scatter(
  deps: ScatterDeps,
  task: ScatterTask,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<void> {
  const { s3, outputBucket: bucket, functions } = deps;
  const { runId, chunk } = task;
  const keys = scatterKeys(runId, chunk.index);
  const { layout, output } = plan;
  const what = `mapper ${chunk.index}`;
  const call = callFunctionOf(deps, { bucket, runId, what });
  await withEngine(engineBytes(), async ({ engine, directory }) => {
    const slices = await openSlices(deps, task, plan, signal);
    const form = { layout, output: output.file, partitionBy: output.partitionBy ?? [] };
    const room = { engine, directory, name: 'scattered.parquet', call, signal };
    const send = async (key: string, name: string) =>
      pinOf(
        await sendFile(s3, { bucket, key, contentType: ROWS_TYPE }, join(directory, name), signal),
      );
    const {
      rejected,
      keys: counted,
      ...index
    } = await scatterSlices(slices, { ...room, ...form, functions });
    await sendRejected(s3, { bucket, key: keys.rejects }, rejected, signal);
    const written: ScatterIndex = {
      ...{ ...index, planned: plannedText(chunk), rejected: rejected.length },
      ...(await send(keys.rows, room.name)),
      ...(counted && { keys: { ...counted, ...(await send(keys.keys, KEYS_NAME)) } }),
    };
    const place = { bucket, key: keys.index, contentType: 'application/json' };
    await createObject(s3, place, [JSON.stringify(written)], signal);
  });
}

/**
 * The ScatterTable step: one mapper. Reads a slice of a table, and writes its rows into one object
 * below `_shuffle/`, sorted by partition and else in the order of the source, then an index of
 * them. Both are create-only and deterministic. Skips what has an index.
 *
 * Memory: that of `scatterRows`.
 */
export function createHandler(deps: ScatterDeps): Step<ScatterTask, ScatterResult> {
  const { logger, metrics } = deps;
  return async (task, signal) => {
    const { index: mapper } = task.chunk;
    logger.appendKeys({ runId: task.runId, mapper });
    const plan = (await isDone(deps, task, signal))
      ? undefined
      : await readPlan(deps, task.runId, signal);
    // Without a plan another execution has finished the run: PlanTable finds that.
    const skipped = plan === undefined;
    if (plan !== undefined) await scatter(deps, task, plan, signal);
    logger.info(skipped ? 'mapper skipped: done before' : 'rows scattered');
    metrics.addMetric('MappersDone', MetricUnit.Count, 1);
    return { mapper, skipped };
  };
}
