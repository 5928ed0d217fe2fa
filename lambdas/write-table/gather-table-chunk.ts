import { join } from 'node:path';
import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { openObject } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { CorruptSourceError, SourceNotFoundError, UploadConflictError } from '#core/errors.ts';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import { outputUri, scatterKeys, sharesKey } from '#core/run/output-keys.ts';
import { attemptOf } from '#core/run/run-fields.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { type GatherChunk, gatherOriginOf, parseShares } from '#core/tables/run/gather-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { callFunctionOf } from '#lambdas/shared/call-function.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import type { ConvertDeps } from '#lambdas/shared/table-chunk/convert-planned.ts';
import type { ChunkOptions } from '#tables/convert-chunk.ts';
import type { OpenedShare } from '#tables/fetch-shares.ts';
import { gatherKeys } from '#tables/gather-keys.ts';
import { gatherRows } from '#tables/gather-rows.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { withEngine } from '#tables/with-engine.ts';
import { sendTableFile } from './send-table-file.ts';

/** A chunk of a table that was scattered, and where its file goes. */
interface PlacedGather {
  readonly run: TableRun;
  readonly chunk: GatherChunk;
  readonly key: string;
}

async function openShares(
  s3: S3Client,
  { run, chunk }: PlacedGather,
  signal: AbortSignal,
): Promise<readonly OpenedShare[]> {
  const { location, generation, runId } = run;
  const store = s3ObjectStore(s3, signal);
  const key = sharesKey(location.prefix, generation, attemptOf(run));
  const list = await openOwn(store, outputUri(location, key));
  return parseShares(await list.read(chunk.list)).map(({ mapper, rows, size, etag }) => {
    const uri = outputUri(location, scatterKeys(runId, mapper).rows);
    return { rows, source: store.open({ uri, etag, versionId: null, size }) };
  });
}

/** Copies what mappers rejected beside the manifest, where the file is the one that counts them. */
async function copyRejected(
  s3: S3Client,
  { run, chunk: { index, left } }: PlacedGather,
  signal: AbortSignal,
): Promise<void> {
  const { mappers = [] } = left ?? {};
  if (mappers.length === 0) return;
  const { bucket } = run.location;
  const key = rejectsKey(run, index);
  const pieces = async function* () {
    for (const mapper of mappers) {
      const place = { bucket, key: scatterKeys(run.runId, mapper).rejects };
      const object = await openObject(s3, place, signal);
      if (object === undefined) throw gone(`s3://${bucket}/${place.key}`);
      yield* object.body;
    }
  };
  await createObject(s3, { bucket, key, contentType: 'application/x-ndjson' }, pieces(), signal);
}

/** Only another execution of the run, which was faster, removes what was scattered. */
function gone(uri: string, cause?: unknown): UploadConflictError {
  return new UploadConflictError(
    `${uri} is gone: another execution of this run was faster, or it lay there for more than 22 days; this try is made again, and start the run anew if that fails too`,
    { cause },
  );
}

/** Rows that were gathered, and what was made of them. */
interface Gathered {
  readonly gathered: number;
  readonly rows: number;
}

/** Gathers rows of a partition, which mappers have transformed, or whole keys as they were read. */
async function gather(
  deps: ConvertDeps,
  { run, chunk }: PlacedGather,
  shares: readonly OpenedShare[],
  options: ChunkOptions,
): Promise<Gathered> {
  const { layout, engine } = options;
  if (layout.keysWhole === undefined) {
    const { rows } = await gatherRows(shares, {
      ...{ ...options, partitionBy: run.output.partitionBy ?? [] },
    });
    return { gathered: rows, rows };
  }
  await addPlanned(engine, layout, deps.functions);
  const { runId, location } = run;
  const call = callFunctionOf(deps, { ...location, runId, what: `chunk ${chunk.index}` });
  const { gathered, written } = await gatherKeys(shares, { ...options, call });
  return { gathered, rows: written.rows };
}

/** @throws {CorruptSourceError} other rows were gathered than are planned. */
function assertAll({ run, chunk: { index, within } }: PlacedGather, gathered: number): void {
  const expected = within.end - within.start;
  if (gathered === expected) return;
  throw new CorruptSourceError(
    `chunk ${index} gathered ${gathered} of ${expected} rows; what was scattered is damaged, so remove all that lies below s3://${run.location.bucket}/_shuffle/ of run ${run.runId} and start it again`,
  );
}

/** Rows that are not in the file: left out by mappers, or by the transform of whole keys. */
function countsOf(
  { left }: GatherChunk,
  { gathered, rows }: Gathered,
  { transform }: TableLayout,
): ChunkFigures['counts'] {
  const { rejected = 0, filtered = 0 } = left ?? {};
  return {
    rejected,
    ...(transform !== undefined && { filtered: filtered + gathered - rows }),
  };
}

/**
 * Gathers the rows of a chunk of a table that was scattered into one file, create-only.
 *
 * Memory: that of `gatherRows` or `gatherKeys`. In `/tmp` lie the row groups that it reads, and
 * what these need.
 *
 * @throws {CorruptSourceError} what was scattered is damaged.
 * @throws {UploadConflictError} what was scattered is gone, as the run is complete.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 * @throws as `gatherKeys`.
 */
export async function gatherTableChunk(
  deps: ConvertDeps,
  placed: PlacedGather,
  signal: AbortSignal,
): Promise<ChunkFigures> {
  const { s3 } = deps;
  const { run, chunk, key } = placed;
  const { file, companions } = run.output;
  return await withEngine(engineBytes(), async ({ engine, directory }) => {
    const layout = await readLayout(s3, run, signal);
    const name = `chunk.${file.format}`;
    const keyValues = gatherOriginOf(run.runId, chunk);
    const form = { layout, output: file, name, keyValues, companions };
    const shares = await openShares(s3, placed, signal);
    const options = { engine, directory, ...form, signal };
    const made = await gather(deps, placed, shares, options).catch((error: unknown) => {
      throw error instanceof SourceNotFoundError ? gone(error.message, error) : error;
    });
    assertAll(placed, made.gathered);
    await copyRejected(s3, placed, signal);
    return {
      ...(await sendTableFile(s3, { run, index: chunk.index, key }, join(directory, name), signal)),
      recordCount: made.rows,
      counts: countsOf(chunk, made, layout),
    };
  });
}
