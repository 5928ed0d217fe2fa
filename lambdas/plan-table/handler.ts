import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { s3OutputRecords } from '#aws/output-records.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { placeRun } from '#core/manifest/place-run.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import type { PlanInput, PlanResult } from '#core/run/step-messages.ts';
import { callFunctionOf, type TransformDeps } from '#lambdas/shared/call-function.ts';
import { completeRun } from '#lambdas/shared/complete-run.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { s3TextIndexes } from '#lambdas/shared/text-indexes.ts';
import { writeJobs } from '#lambdas/shared/write-jobs.ts';
import { textsToStage } from '#tables/large-texts.ts';
import { planTable } from '#tables/plan-table.ts';
import { withEngine } from '#tables/with-engine.ts';
import { bindObjects } from './bind-objects.ts';
import { pinsToKeep } from './kept-objects.ts';
import { readyTable } from './ready-table.ts';
import { assertTableBelowCeiling, dryRunSummary } from './table-summary.ts';
import { assertNext, takeIn } from './take-in.ts';
import { writeTablePlan } from './write-table-plan.ts';

/** What PlanTable needs from outside. */
type TablePlanDeps = PlanDeps & TransformDeps & OwnFunctions;

/**
 * The PlanTable step. It binds the request of a table to a run, places the run in its output, looks
 * at the objects, converts a sample to know how large files become, and writes the plan. It ends
 * before that if the run is complete already, if large texts must get a seek index first, or if the
 * request is a dry run.
 *
 * Holds the list of objects, some 200 bytes each, and what `planTable` holds.
 */
export function createHandler(deps: TablePlanDeps): Step<PlanInput, PlanResult> {
  const { s3, logger, metrics, outputBucket, transforms, functions } = deps;

  return async (input, signal) => {
    const { executionId } = input;
    const store = s3ObjectStore(s3, signal);
    const bound = await bindObjects(deps, input, store, signal);
    if (!('runId' in bound)) return { decision: 'waiting', waiting: bound };
    const { request, objects, runId, location } = bound;
    metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
    logger.appendKeys({ runId });

    const { mode } = request.place;
    const output = tableSpecOf(request);
    const records = s3OutputRecords(s3, location, signal);
    const placement = await placeRun({ runId, location, mode, output }, records);
    if ('published' in placement) {
      return completeRun(logger, { ...bound, ...placement }, request.expect);
    }
    assertNext(placement.generation, bound.chosenFor);

    const indexes = s3TextIndexes(s3, outputBucket, signal);
    const tasks = await textsToStage(request, { objects, store, indexes });
    const lacksIndexes = tasks.length > 0;
    if (lacksIndexes && !request.dryRun) {
      await takeIn(deps, bound, placement.generation, signal);
      const { concurrency } = request;
      const round = { wing: 'table', runId, tasks, concurrency, executionId } as const;
      return await writeJobs(deps, { ...round, pins: await pinsToKeep(objects) }, signal);
    }

    const { base } = placement;
    const call = callFunctionOf(deps, { bucket: outputBucket, runId, what: 'the sample' });
    const source = { store, indexes, lacksIndexes, transforms, functions, call };
    const planned = await withEngine(engineBytes(), (room) =>
      planTable(request, objects, { ...room, ...source, signal, firstIndex: base.chunks }),
    );
    const ready = await readyTable(bound, placement, planned);
    if (request.dryRun) {
      return { decision: 'dry-run', runId, location, summary: dryRunSummary(ready) };
    }
    assertTableBelowCeiling(ready);
    return await writeTablePlan(deps, { ready, executionId }, signal);
  };
}
