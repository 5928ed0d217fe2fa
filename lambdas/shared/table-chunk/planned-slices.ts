import type { S3Client } from '#aws/clients/s3.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { RequestError } from '#core/errors.ts';
import { objectsKey, outputUri } from '#core/run/output-keys.ts';
import { attemptOf } from '#core/run/run-fields.ts';
import type { TableRun } from '#core/run/table-run.ts';
import type { ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';
import { s3TextIndexes } from '#lambdas/shared/text-indexes.ts';
import { copyChunk } from '#tables/database/copy-chunk.ts';
import { withCopied } from '#tables/database/copy-rows.ts';
import { openChunk } from '#tables/open-chunk.ts';
import type { TableSlice } from '#tables/table-slice.ts';

/** What slices are opened with. */
export interface SliceDeps {
  readonly s3: S3Client;
  /** Reads databases of the deployment. Absent in a function that has no access to any. */
  readonly databases?: ReadDatabase;
}

/** A chunk, how its table is read, and the engine's directory. */
interface ChunkToOpen {
  readonly run: TableRun;
  readonly layout: TableLayout;
  readonly chunk: TableChunk;
  readonly directory: string;
}

async function objectSlices(
  s3: S3Client,
  { run, layout, chunk }: ChunkToOpen,
  signal: AbortSignal,
): Promise<readonly TableSlice[]> {
  const { location, generation } = run;
  const { bucket, prefix } = location;
  const attempt = attemptOf(run);
  const store = s3ObjectStore(s3, signal);
  const list = await openOwn(store, outputUri(location, objectsKey(prefix, generation, attempt)));
  const pins = parsePins(chunk.list.length === 0 ? new Uint8Array() : await list.read(chunk.list));
  const indexes = s3TextIndexes(s3, bucket, signal);
  return await openChunk({ layout, chunk, pins, store, indexes });
}

/**
 * Opens what a chunk of a table covers: of objects by the lines of the list that PlanTable wrote;
 * of a database the rows of its keys, which are copied into the directory first.
 *
 * @throws {IncompleteRunError} the list is missing.
 * @throws {CorruptSourceError} an object is not what the layout says.
 * @throws as `copyChunk`.
 */
export async function withChunkSlices<T>(
  { s3, databases }: SliceDeps,
  opened: ChunkToOpen,
  signal: AbortSignal,
  use: (slices: readonly TableSlice[]) => Promise<T>,
): Promise<T> {
  const { layout, chunk, directory } = opened;
  if (layout.postgres === undefined) return await use(await objectSlices(s3, opened, signal));
  if (databases === undefined) {
    throw new RequestError(['this function reads no database; deploy with the prop postgres']);
  }
  const chunkOf = { layout: layout.postgres, chunk, directory };
  return await withCopied(await copyChunk(databases, chunkOf, signal), layout, use);
}
