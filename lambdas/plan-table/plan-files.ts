import { isShuffled } from '#core/tables/run/asked-table.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { partitionsInKeys } from '#tables/partitions-in-keys.ts';
import { type PlanOptions, planTable, type TablePlan } from '#tables/plan-table.ts';
import { baseLeft } from './base-left.ts';
import type { BoundObjects } from './bind-objects.ts';
import type { checkTable, ReadyTable } from './checked-table.ts';
import type { PlacedTable } from './placed-table.ts';

/** What is known of a table that fits its request and its output. */
interface LookedAt {
  readonly checked: Awaited<ReturnType<typeof checkTable>>;
  readonly options: PlanOptions;
}

/** A table that is cut into files, or into slices that are scattered. */
type PlannedTable = ReadyTable & { readonly planned: TablePlan };

/** Most bytes of text that a mapper sorts: more spill more often than it saves requests. */
const SLICE_BYTES = { least: 128 * 1024 ** 2, most: 384 * 1024 ** 2 };

/** As many work at once where there is enough for each. */
const MAPPERS = 500;

/** The same for every start of a run: what is scattered is found again by its number. */
function sliceBytes({ objects }: BoundObjects): number {
  const { least, most } = SLICE_BYTES;
  return Math.min(most, Math.max(least, objects.totalBytes / MAPPERS));
}

/** Plans the slices of a table that have to be scattered before its files. */
async function planSlices({ checked, options }: LookedAt): Promise<PlannedTable> {
  const { request, objects } = checked;
  const { targetFileBytes } = request.size as { readonly targetFileBytes: number };
  const sliced = { ...request, size: { sliceBytes: sliceBytes(checked), targetFileBytes } };
  return { ...checked, planned: await planTable(sliced, objects, { ...options, firstIndex: 0 }) };
}

/** Plans the files of a partitioned table, or the slices that have to be scattered before. */
async function planPartitioned(
  deps: PlanDeps,
  placed: PlacedTable,
  { checked, options }: LookedAt,
  signal: AbortSignal,
): Promise<PlannedTable> {
  const { request, objects } = checked;
  const { size, partitionBy = [] } = request;
  const { targetFileBytes } = size as { readonly targetFileBytes: number };
  const table = { layout: options.layout, partitionBy, objects };
  const partitions = await partitionsInKeys(table, options);
  if (partitions === undefined) return await planSlices({ checked, options });
  const folders = partitions.map(({ folder }) => folder);
  const base = await baseLeft(deps, placed, folders, signal);
  const sized = { ...request, size: { targetFileBytes, partitions } };
  const planned = await planTable(sized, objects, { ...options, firstIndex: base.chunks });
  return { ...checked, base, planned };
}

/**
 * Plans the files of a table. Where its rows have to be shuffled, their forecast, and the slices
 * that have to be scattered before.
 *
 * @throws as `planTable`, `partitionsInKeys` and `baseLeft`.
 */
export async function planFiles(
  deps: PlanDeps,
  placed: PlacedTable,
  looked: LookedAt,
  signal: AbortSignal,
): Promise<PlannedTable> {
  const { checked, options } = looked;
  const { request, objects } = checked;
  if (request.partitionBy !== undefined) {
    return await planPartitioned(deps, placed, looked, signal);
  }
  if (isShuffled(request)) return await planSlices(looked);
  return { ...checked, planned: await planTable(request, objects, options) };
}
