import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { s3OutputRecords } from '#aws/output-records.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { placeRun } from '#core/manifest/place-run.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { assertStartsNoRun } from '#core/run/assert-starts-no-run.ts';
import type { ScatterPlan } from '#core/run/scatter-table-input.ts';
import type { PlanInput, PlanResult } from '#core/run/step-messages.ts';
import { isShuffled } from '#core/tables/run/asked-table.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { completeRun } from '#lambdas/shared/complete-run.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { pricesOf } from '#lambdas/shared/plan-prices.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { s3TextIndexes } from '#lambdas/shared/text-indexes.ts';
import { writeJobs } from '#lambdas/shared/write-jobs.ts';
import { textsToStage } from '#tables/large-texts.ts';
import { lookAtRows } from '#tables/look-at-rows.ts';
import { withEngine } from '#tables/with-engine.ts';
import { assertConnected } from './assert-connected.ts';
import { objectBinder } from './bind-objects.ts';
import { checkTable } from './checked-table.ts';
import { type DatabaseDeps, planRows } from './database-plan.ts';
import { pinsToKeep } from './kept-objects.ts';
import { packScattered } from './pack-scattered.ts';
import type { PlacedTable } from './placed-table.ts';
import { planFiles } from './plan-files.ts';
import { plannedScatter, planScatter, scatterRound } from './scatter-round.ts';
import { assertTableWithinLimits, dryRunSummary } from './table-summary.ts';
import { attemptedPlace, takeIn } from './take-in.ts';
import { writeTablePlan } from './write-table-plan.ts';

/** What PlanTable needs from outside. */
type TablePlanDeps = PlanDeps &
  TransformDeps &
  OwnFunctions &
  DatabaseDeps & {
    /** Names of the databases of the deployment. */
    readonly connections: readonly string[];
  };

/** Starts the Stage round of large texts; its objects are those that it was found for. */
async function stageTexts(
  deps: TablePlanDeps,
  { bound, executionId }: PlacedTable,
  tasks: Awaited<ReturnType<typeof textsToStage>>,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { request, runId, objects } = bound;
  await takeIn(deps, bound, signal);
  const { concurrency } = request;
  const round = { wing: 'table', runId, tasks, concurrency, executionId } as const;
  return await writeJobs(deps, { ...round, pins: await pinsToKeep(objects) }, signal);
}

/** Plans a table; what does not fit it is refused before its large texts are staged. */
async function planPlaced(
  deps: TablePlanDeps,
  placed: PlacedTable,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { bound, placement, executionId } = placed;
  const { s3, outputBucket, transforms, functions } = deps;
  const { request, objects, runId, location } = bound;
  const store = s3ObjectStore(s3, signal);
  const indexes = s3TextIndexes(s3, outputBucket, signal);
  return await withEngine(engineBytes(), async (room) => {
    const look = { store, engine: room.engine, transforms, functions };
    const layout = await lookAtRows(request, objects, look);
    const checked = await checkTable(bound, placement, layout);
    const source = { layout, store, indexes };
    const tasks = await textsToStage({ ...source, objects });
    const lacksIndexes = tasks.length > 0;
    if (lacksIndexes && !request.dryRun) return await stageTexts(deps, placed, tasks, signal);
    const call = callFunctionOf(deps, { bucket: outputBucket, runId, what: 'the sample' });
    const firstIndex = placement.base.chunks;
    const options = { ...room, ...source, lacksIndexes, call, signal, firstIndex };
    const ready = await planFiles(deps, placed, { checked, options }, signal);
    if (request.dryRun) {
      return {
        decision: 'dry-run',
        runId,
        location,
        summary: dryRunSummary(ready, pricesOf(deps)),
      };
    }
    assertTableWithinLimits(ready, pricesOf(deps));
    if (ready.planned.forecast === undefined) {
      return await writeTablePlan(deps, { ready, executionId }, signal);
    }
    await takeIn(deps, bound, signal);
    const plan = await planScatter(deps, placed, ready.planned, signal);
    return scatterRound(deps, placed, plan);
  });
}

/** Plans the files of a table whose mappers were planned before: by what they have scattered. */
async function planScattered(
  deps: TablePlanDeps,
  { bound, placement, executionId }: PlacedTable,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<PlanResult> {
  const planned = await packScattered(deps, { bound, placement }, plan, signal);
  if (planned === undefined) return scatterRound(deps, { bound, executionId }, plan);
  const placed = { ...placement, base: planned.base };
  const ready = { ...(await checkTable(bound, placed, plan.layout)), planned };
  assertTableWithinLimits(ready, pricesOf(deps));
  return await writeTablePlan(deps, { ready, executionId }, signal);
}

/** Places the run of a bound table in its output, and plans it. */
async function planBound(
  deps: TablePlanDeps,
  { bound, executionId }: Omit<PlacedTable, 'placement'>,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { s3, logger } = deps;
  const { request, runId, location, claimant } = bound;
  logger.appendKeys({ runId });
  assertConnected(request.output, deps.connections);
  const { mode } = request.place;
  const output = tableSpecOf(request);
  assertStartsNoRun(location, output, deps.trigger);
  const records = s3OutputRecords(s3, location, signal);
  const placement = await placeRun({ runId, location, mode, output, claimant }, records);
  if ('published' in placement) {
    return completeRun(logger, { ...bound, ...placement }, request.expect);
  }
  const attempted = attemptedPlace(placement, bound.chosenFor);
  const placed = { bound, placement: attempted, executionId };
  if (request.source.postgres !== undefined) return await planRows(deps, placed, signal);
  const isScattered = isShuffled(request) && !request.dryRun;
  const plan = isScattered ? await plannedScatter(deps, bound, signal) : undefined;
  if (plan !== undefined) return await planScattered(deps, placed, plan, signal);
  return await planPlaced(deps, placed, signal);
}

/**
 * The PlanTable step. It binds the request of a table to a run, places the run in its output, looks
 * at the objects, converts a sample to know how large files become, and writes the plan. It ends
 * before that if the run is complete already, if large texts must get a seek index first, or if the
 * request is a dry run. An object of an inbox that cannot be planned is left out of its batch.
 *
 * Holds the list of objects, some 200 bytes each, and what `planTable` holds.
 */
export function createHandler(deps: TablePlanDeps): Step<PlanInput, PlanResult> {
  const { s3, metrics } = deps;

  return async (input, signal) => {
    const { executionId } = input;
    const binder = await objectBinder(deps, input, s3ObjectStore(s3, signal), signal);
    for (let tries = 1; ; tries += 1) {
      const bound = await binder.bind();
      if (!('runId' in bound)) return { decision: 'waiting', waiting: bound };
      if (tries === 1) metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
      try {
        return await planBound(deps, { bound, executionId }, signal);
      } catch (error) {
        if (!binder.leaveOut(error)) throw error;
      }
    }
  };
}
