import type { S3Client } from '#aws/clients.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { objectsKey, outputUri } from '#core/run/output-keys.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import { s3TextIndexes } from '#lambdas/shared/text-indexes.ts';
import { openChunk } from '#tables/open-chunk.ts';
import type { TableSlice } from '#tables/table-slice.ts';

/** What a writer reads, and how. */
export interface PlannedSlices {
  readonly layout: TableLayout;
  readonly slices: readonly TableSlice[];
}

/**
 * Opens what a chunk of a table covers, by the layout and the lines of the list of objects that
 * PlanTable wrote.
 *
 * @throws {IncompleteRunError} one of them is missing.
 * @throws {CorruptSourceError} an object is not what the layout says.
 */
export async function openPlannedSlices(
  s3: S3Client,
  { location, generation }: TableRun,
  chunk: TableChunk,
  signal: AbortSignal,
): Promise<PlannedSlices> {
  const { bucket, prefix } = location;
  const layout = await readLayout(s3, { location, generation }, signal);
  const store = s3ObjectStore(s3, signal);
  const list = await openOwn(store, outputUri(location, objectsKey(prefix, generation)));
  const pins = parsePins(chunk.list.length === 0 ? new Uint8Array() : await list.read(chunk.list));
  const indexes = s3TextIndexes(s3, bucket, signal);
  return { layout, slices: await openChunk({ layout, chunk, pins, store, indexes }) };
}
