import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import { s3OutputRecords } from '#aws/output-records.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { type Placement, placeRun } from '#core/manifest/place-run.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { type BoundTable, bindTable } from '#core/run/bind-table.ts';
import type { PlanInput, PlanResult } from '#core/run/step-messages.ts';
import { completeRun } from '#lambdas/shared/complete-run.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { s3TextIndexes } from '#lambdas/shared/text-indexes.ts';
import { writeJobs } from '#lambdas/shared/write-jobs.ts';
import { textsToStage } from '#tables/large-texts.ts';
import { lookAtRows } from '#tables/look-at-rows.ts';
import { planTable } from '#tables/plan-table.ts';
import { withEngine } from '#tables/with-engine.ts';
import { checkTable } from './checked-table.ts';
import { keptObjects, pinsToKeep } from './kept-objects.ts';
import { assertTableBelowCeiling, dryRunSummary } from './table-summary.ts';
import { writeTablePlan } from './write-table-plan.ts';

/** A table whose place in its output is known. */
interface PlacedTable {
  readonly bound: BoundTable;
  readonly placement: Placement;
  readonly executionId: string;
}

/** Plans a table; what does not fit it is refused before its large texts are staged. */
async function planPlaced(
  deps: PlanDeps,
  { bound, placement, executionId }: PlacedTable,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { s3, outputBucket } = deps;
  const { request, objects, runId, location } = bound;
  const store = s3ObjectStore(s3, signal);
  const indexes = s3TextIndexes(s3, outputBucket, signal);
  return await withEngine(engineBytes(), async (room) => {
    const layout = await lookAtRows(request, objects, { store, engine: room.engine });
    const checked = await checkTable(bound, placement, layout);
    const source = { layout, store, indexes };
    const tasks = await textsToStage({ ...source, objects });
    const lacksIndexes = tasks.length > 0;
    if (lacksIndexes && !request.dryRun) {
      const { concurrency } = request;
      const round = { wing: 'table', runId, tasks, concurrency, executionId } as const;
      return await writeJobs(deps, { ...round, pins: await pinsToKeep(objects) }, signal);
    }
    const firstIndex = placement.base.chunks;
    const options = { ...room, ...source, lacksIndexes, signal, firstIndex };
    const ready = { ...checked, planned: await planTable(request, objects, options) };
    if (request.dryRun) {
      return { decision: 'dry-run', runId, location, summary: dryRunSummary(ready) };
    }
    assertTableBelowCeiling(ready);
    return await writeTablePlan(deps, { ready, executionId }, signal);
  });
}

/**
 * The PlanTable step. It binds the request of a table to a run, places the run in its output, looks
 * at the objects, converts a sample to know how large files become, and writes the plan. It ends
 * before that if the run is complete already, if large texts must get a seek index first, or if the
 * request is a dry run.
 *
 * Holds the list of objects, some 200 bytes each, and what `planTable` holds.
 */
export function createHandler(deps: PlanDeps): Step<PlanInput, PlanResult> {
  const { s3, logger, metrics, outputBucket } = deps;

  return async ({ request: input, executionId, pins }, signal) => {
    const store = s3ObjectStore(s3, signal);
    const kept = pins ? keptObjects(s3, { bucket: outputBucket, key: pins }, signal) : undefined;
    const bound = await bindTable(input, { ...deps, engine: engineVersion() }, store, kept);
    const { request, runId, location } = bound;
    metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
    logger.appendKeys({ runId });

    const { mode } = request.place;
    const output = tableSpecOf(request);
    const records = s3OutputRecords(s3, location, signal);
    const placement = await placeRun({ runId, location, mode, output }, records);
    if ('published' in placement) {
      return completeRun(logger, { ...bound, ...placement }, request.expect);
    }

    return await planPlaced(deps, { bound, placement, executionId }, signal);
  };
}
