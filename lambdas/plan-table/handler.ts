import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import { s3OutputRecords } from '#aws/output-records.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { placeRun } from '#core/manifest/place-run.ts';
import { bindTable } from '#core/run/bind-table.ts';
import type { PlanInput, PlanResult } from '#core/run/step-messages.ts';
import { completeRun } from '#lambdas/shared/complete-run.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { planTable } from '#tables/plan-table.ts';
import { withEngine } from '#tables/with-engine.ts';
import { readyTable } from './ready-table.ts';
import { assertTableBelowCeiling, summarizeTable } from './table-summary.ts';
import { writeTablePlan } from './write-table-plan.ts';

/**
 * The PlanTable step. It binds the request of a table to a run, places the run in its output, looks
 * at the objects, converts a sample to know how large files become, and writes the plan. It ends
 * before that if the run is complete already, or if the request is a dry run.
 *
 * Holds the list of objects, some 200 bytes each, and what `planTable` holds.
 */
export function createHandler(deps: PlanDeps): Step<PlanInput, PlanResult> {
  const { s3, logger, metrics } = deps;

  return async ({ request: input, executionId }, signal) => {
    const store = s3ObjectStore(s3, signal);
    const bound = await bindTable(input, { ...deps, engine: engineVersion() }, store);
    const { request, objects, runId, location } = bound;
    metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
    logger.appendKeys({ runId });

    const { mode } = request.place;
    const output = { kind: 'table', file: request.output } as const;
    const records = s3OutputRecords(s3, location, signal);
    const placement = await placeRun({ runId, location, mode, output }, records);
    if ('published' in placement) {
      return completeRun(logger, { ...bound, ...placement }, request.expect);
    }

    const { base } = placement;
    const planned = await withEngine(engineBytes(), (room) =>
      planTable(request, objects, { ...room, store, signal, firstIndex: base.chunks }),
    );
    const ready = await readyTable(bound, placement, planned);
    if (request.dryRun) {
      return { decision: 'dry-run', runId, location, summary: summarizeTable(ready) };
    }
    assertTableBelowCeiling(ready);
    return await writeTablePlan(deps, { ready, executionId }, signal);
  };
}
