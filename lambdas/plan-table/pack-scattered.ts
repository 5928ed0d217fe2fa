import { UnsupportedSourceError } from '#core/errors.ts';
import type { ScatterPlan } from '#core/run/scatter-table-input.ts';
import { packPartitions } from '#core/tables/shuffle/pack-partitions.ts';
import { ScatteredRows } from '#core/tables/shuffle/scattered-rows.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { baseLeft } from './base-left.ts';
import { packWholeKeys } from './pack-whole-keys.ts';
import { GatherChunks, linesOf, type PackedTable } from './packed-table.ts';
import type { PlacedTable } from './placed-table.ts';
import { isScattered, ratioOf, readIndexes } from './read-scattered.ts';

async function scatteredRows(
  deps: PlanDeps,
  runId: string,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<ScatteredRows> {
  const scattered = new ScatteredRows(plan.output.partitionBy ?? []);
  for await (const index of readIndexes(deps, runId, plan, signal)) scattered.add(index);
  return scattered;
}

/**
 * Plans the files of a partitioned table from what its mappers have scattered: by real bytes and
 * rows. Reads the index of each mapper.
 *
 * @throws {UnsupportedSourceError} there are no rows: then nothing is replaced, too.
 * @throws {ManifestError} the generation before is damaged, of which partitions are replaced.
 * @throws as {@link ScatteredRows.add} and {@link packPartitions}.
 */
async function packFolders(
  deps: PlanDeps,
  { bound, placement }: Omit<PlacedTable, 'executionId'>,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<PackedTable> {
  const { runId, request } = bound;
  const scattered = await scatteredRows(deps, runId, plan, signal);
  const rows = scattered.mappers.reduce((sum, mapper) => sum + mapper.rows, 0);
  if (rows === 0) {
    throw new UnsupportedSourceError(
      'the table has no rows, so there is no partition to write; leave out output.partitionBy',
    );
  }
  const folders = scattered.partitions().map(({ folder }) => folder);
  const base = await baseLeft(deps, { bound, placement }, folders, signal);
  const { size } = request;
  const targetFileBytes = 'targetFileBytes' in size ? size.targetFileBytes : 0;
  const ratio = ratioOf(plan, scattered.mappers);
  const sized = { targetFileBytes, ratio, firstIndex: base.chunks };
  const files = () => packPartitions(scattered, sized);
  const packed = new GatherChunks();
  for (const file of files()) packed.add(file);
  return {
    ...{ layout: plan.layout, ratio, ...packed.planned() },
    ...{ predictedRows: rows, partitions: scattered.partitions().length },
    ...{ smallerTypes: [], warnings: [] },
    shares: () => files().map(linesOf),
    base,
    scattered: { mappers: scattered.mappers.length, rows },
  };
}

/**
 * Plans the files of a table from what its mappers have scattered.
 *
 * @returns undefined if a mapper has not finished.
 * @throws as {@link packFolders} and {@link packWholeKeys}.
 */
export async function packScattered(
  deps: PlanDeps,
  placed: Omit<PlacedTable, 'executionId'>,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<PackedTable | undefined> {
  if (!(await isScattered(deps, placed.bound.runId, plan, signal))) return undefined;
  const pack = plan.layout.keysWhole === undefined ? packFolders : packWholeKeys;
  return await pack(deps, placed, plan, signal);
}
