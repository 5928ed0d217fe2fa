import { join } from 'node:path';
import type { S3Client } from '#aws/clients.ts';
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
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import { gatherRows, type OpenedShare } from '#tables/gather-rows.ts';
import { withEngine } from '#tables/with-engine.ts';
import { sendTableFile } from './send-table-file.ts';

/** A chunk of a partitioned table, and where its file goes. */
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

/**
 * Gathers the rows of a chunk of a partitioned table into one file, create-only.
 *
 * Memory: that of `gatherRows`. In `/tmp` lie the row groups that it reads, and the file.
 *
 * @throws {CorruptSourceError} what was scattered is damaged.
 * @throws {UploadConflictError} what was scattered is gone, as the run is complete.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function gatherTableChunk(
  s3: S3Client,
  placed: PlacedGather,
  signal: AbortSignal,
): Promise<ChunkFigures> {
  const { run, chunk } = placed;
  const { file, partitionBy = [] } = run.output;
  return await withEngine(engineBytes(), async ({ engine, directory }) => {
    const layout = await readLayout(s3, run, signal);
    const name = `chunk.${file.format}`;
    const keyValues = gatherOriginOf(run.runId, chunk);
    const form = { layout, partitionBy, output: file, name, keyValues };
    const shares = await openShares(s3, placed, signal);
    const options = { engine, directory, ...form, signal };
    const { rows } = await gatherRows(shares, options).catch((error: unknown) => {
      throw error instanceof SourceNotFoundError ? gone(error.message, error) : error;
    });
    const expected = chunk.within.end - chunk.within.start;
    if (rows !== expected) {
      throw new CorruptSourceError(
        `chunk ${chunk.index} gathered ${rows} of ${expected} rows; what was scattered is damaged, so remove all that lies below s3://${run.location.bucket}/_shuffle/ of run ${run.runId} and start it again`,
      );
    }
    await copyRejected(s3, placed, signal);
    const { rejected = 0, filtered = 0 } = chunk.left ?? {};
    return {
      ...(await sendTableFile(s3, placed, join(directory, name), signal)),
      recordCount: rows,
      counts: { rejected, ...(layout.transform !== undefined && { filtered }) },
    };
  });
}
