import { inOrder } from '#core/bytes/in-order.ts';
import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { scatterKeys } from '#core/run/output-keys.ts';
import type { ScatterPlan } from '#core/run/scatter-table-input.ts';
import { MAX_LISTED_KEYS } from '#core/tables/keys/pack-whole-keys.ts';
import { shownColumns } from '#core/tables/run/counted-keys.ts';
import type { ScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import type { Mapper } from '#core/tables/shuffle/scattered-rows.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import { fetchFile } from '#lambdas/shared/fetch-file.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { type KeyIndexes, packScatteredKeys } from '#tables/pack-scattered-keys.ts';
import { withEngine } from '#tables/with-engine.ts';
import { GatherChunks, type PackedTable } from './packed-table.ts';
import type { PlacedTable } from './placed-table.ts';
import { goneIndex, ratioOf, readIndexes } from './read-scattered.ts';

const READS_AT_ONCE = 16;

type KeyList = NonNullable<ScatterIndex['keys']>;

interface Listed {
  readonly mappers: readonly Mapper[];
  readonly lists: readonly KeyList[];
}

/** What the mappers say of what they wrote. */
async function listedKeys(
  deps: PlanDeps,
  runId: string,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<Listed> {
  const mappers: Mapper[] = [];
  const lists: KeyList[] = [];
  for await (const { keys, size, etag, rejected, filtered } of readIndexes(
    deps,
    runId,
    plan,
    signal,
  )) {
    const list = keys ?? { keys: 0, rows: 0, size: 0, etag: '' };
    mappers.push({ size, etag, rejected, filtered, rows: list.rows });
    lists.push(list);
  }
  return { mappers, lists };
}

/** @throws {BoundExceededError} the keys are more than one function counts. */
function assertCountable({ mappers, lists }: Listed): void {
  const listed = lists.reduce((sum, { keys }) => sum + keys, 0);
  if (listed <= MAX_LISTED_KEYS) return;
  throw new BoundExceededError(
    `${mappers.length} slices of the source hold ${listed} keys of chunking.keysWhole, each slice counted, at most ${MAX_LISTED_KEYS} are allowed; keep columns whole that have fewer values`,
  );
}

/** Fetches what mappers say of each key into files. */
async function fetchKeys(
  { s3, outputBucket: bucket }: PlanDeps,
  { runId, directory }: { readonly runId: string; readonly directory: string },
  lists: readonly KeyList[],
  signal: AbortSignal,
): Promise<string[]> {
  const tasks = lists.map(({ size, etag }, mapper) => async () => {
    const { keys: key } = scatterKeys(runId, mapper);
    const path = `${directory}/keys-${mapper}.parquet`;
    if (await fetchFile(s3, { bucket, key, size, etag }, path, signal)) return path;
    throw goneIndex(`s3://${bucket}/${key}`);
  });
  return await Array.fromAsync(inOrder(tasks, READS_AT_ONCE));
}

async function packListed(
  indexes: KeyIndexes,
  options: Parameters<typeof packScatteredKeys>[1],
): Promise<Pick<PackedTable, 'keys' | 'warnings' | 'shares'> & { readonly packed: GatherChunks }> {
  const { files, counted, warnings } = await packScatteredKeys(indexes, options);
  const packed = new GatherChunks();
  const lines: string[] = [];
  for await (const file of files) lines.push(packed.add(file));
  const keys = { ...counted, columns: shownColumns(indexes.layout) };
  return { packed, keys, warnings, shares: () => lines };
}

/**
 * Plans the files of a table whose keys are whole from what its mappers have scattered: by real
 * bytes and rows of each key.
 *
 * Memory: that of `packScatteredKeys`, and 100 bytes for each share. In `/tmp` lie the keys of all
 * mappers.
 *
 * @throws {UnsupportedSourceError} there are no rows.
 * @throws {BoundExceededError} too many keys.
 * @throws as `packScatteredKeys`.
 */
export async function packWholeKeys(
  deps: PlanDeps,
  { bound, placement }: Omit<PlacedTable, 'executionId'>,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<PackedTable> {
  const { runId, request } = bound;
  const listed = await listedKeys(deps, runId, plan, signal);
  const { mappers, lists } = listed;
  const rows = mappers.reduce((sum, mapper) => sum + mapper.rows, 0);
  if (rows === 0) {
    throw new UnsupportedSourceError(
      'the table has no rows, so there is no key to write; leave out chunking.keysWhole',
    );
  }
  assertCountable(listed);
  const { layout } = plan;
  const { size } = request;
  const targetFileBytes = 'targetFileBytes' in size ? size.targetFileBytes : 0;
  const ratio = ratioOf(plan, mappers);
  const { base } = placement;
  const sized = { targetFileBytes, ratio, firstIndex: base.chunks, signal };
  const { packed, ...found } = await withEngine(engineBytes(), async (room) => {
    const paths = await fetchKeys(deps, { runId, directory: room.directory }, lists, signal);
    return await packListed({ layout, mappers, paths }, { ...room, ...sized });
  });
  return {
    ...{ layout, ratio, base, ...packed.planned(), ...found },
    ...{ predictedRows: rows, smallerTypes: [] },
    scattered: { mappers: mappers.length, rows },
  };
}
