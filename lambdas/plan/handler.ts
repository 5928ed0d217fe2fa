import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { s3OutputRecords } from '#aws/output-records.ts';
import { assertBelowCeiling } from '#core/chunks/output-ceiling.ts';
import { placeRun } from '#core/manifest/place-run.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { readsDatabase, wingOf } from '#core/request/wing.ts';
import { assertStartsNoRun } from '#core/run/assert-starts-no-run.ts';
import { bindRun } from '#core/run/bind-run.ts';
import type { PlanInput, PlanResult } from '#core/run/step-messages.ts';
import { nameColumns } from '#core/sources/column-names.ts';
import { withLabelColumn } from '#core/sources/label-column.ts';
import { resolveSource } from '#core/sources/resolve-source.ts';
import { completeRun } from '#lambdas/shared/complete-run.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { resolveContext } from '#lambdas/shared/resolve-context.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { dryRun } from './dry-run.ts';
import { planStore } from './plan-store.ts';
import { openReady } from './planned-chunks.ts';
import { readyRun } from './ready-run.ts';
import { stageRound } from './stage-round.ts';
import { writePlan } from './write-plan.ts';

/**
 * The Plan step. It hands a table to PlanTable, and one of a database to PlanDatabase. It binds the
 * request of a matrix to a run, places the run in its output, resolves the source, compares it with
 * request and output, and writes the plan. It ends before that if the run is complete already, if
 * the source must be staged first, or if the request is a dry run.
 *
 * Reads the headers of the source, and in bands what says where its rows lie. Holds two bands.
 */
export function createHandler(deps: PlanDeps): Step<PlanInput, PlanResult> {
  const { s3, logger, metrics, outputBucket } = deps;

  return async (input, signal) => {
    const { executionId } = input;
    const store = await planStore(deps, input, signal);
    if (readsDatabase(input.request)) return { decision: 'database' };
    if ((await wingOf(input.request, store)) === 'table') return { decision: 'table' };
    const bound = await bindRun(input.request, deps, store);
    const { request, units, runId, location } = bound;
    metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
    logger.appendKeys({ runId });

    const { mode, spec: output } = request.output;
    assertStartsNoRun(location, output, deps.trigger);
    const records = s3OutputRecords(s3, location, signal);
    const placement = await placeRun({ runId, location, mode, output }, records);
    if ('published' in placement)
      return completeRun(logger, { ...bound, ...placement }, request.expect);

    const asked = {
      options: request.source.options,
      withRowNames: matrixOutputOf(output).printsRowNames,
    };
    const context = resolveContext(s3, outputBucket, asked, signal);
    const resolution = await resolveSource(units, context);
    if ('jobs' in resolution) {
      return await stageRound(deps, { bound, ...resolution, executionId }, signal);
    }

    const given = { units, given: bound.columnNames };
    const found = await nameColumns(resolution.layout, given, context);
    const named = await withLabelColumn(found, matrixOutputOf(output).label);
    const ready = readyRun(bound, placement, named);
    if (request.dryRun) return await dryRun(deps, ready, signal);
    await assertBelowCeiling({
      ...{ facts: ready.facts, output },
      ...{ chunking: request.chunking, outputBytes: request.outputBytes },
      source: openReady(s3, ready, signal),
    });
    return await writePlan(deps, { ready, executionId }, signal);
  };
}
