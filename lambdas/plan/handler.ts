import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { s3OutputRecords } from '#aws/output-records.ts';
import { type Placement, placeRun } from '#core/manifest/place-run.ts';
import { countingStore, RequestCount } from '#core/objects/counting-store.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { readsDatabase, wingOf } from '#core/request/wing.ts';
import { assertStartsNoRun } from '#core/run/assert-starts-no-run.ts';
import { type BoundRun, bindRun } from '#core/run/bind-run.ts';
import type { PlanInput, PlanResult } from '#core/run/step-messages.ts';
import { resolveSource } from '#core/sources/resolve-source.ts';
import { assertExpectedShape } from '#core/sparse/expectations.ts';
import { completeRun } from '#lambdas/shared/complete-run.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { resolveContext } from '#lambdas/shared/resolve-context.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { dryRun } from './dry-run.ts';
import { nameLayout } from './name-layout.ts';
import { PlanCount } from './plan-count.ts';
import { planStore } from './plan-store.ts';
import { readyRun } from './ready-run.ts';
import { stageRound } from './stage-round.ts';
import { stagedDryRun } from './staged-dry-run.ts';
import { writePlan } from './write-plan.ts';

/** A run whose place in its output is known. */
interface PlacedRun {
  readonly bound: BoundRun;
  readonly placement: Placement;
  readonly executionId: string;
  readonly asked: RequestCount;
}

/** Resolves the source of a run, and plans it; or the Stage round that must come first. */
async function planPlaced(
  deps: PlanDeps,
  { bound, placement, executionId, asked }: PlacedRun,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { request, units } = bound;
  const { spec: output } = request.output;
  const { options } = request.source;
  const withRowNames = matrixOutputOf(output).printsRowNames;
  const read = { options, withRowNames, labels: bound.labels };
  const found = resolveContext(deps.s3, deps.outputBucket, read, signal);
  const context = { ...found, store: countingStore(found.store, asked) };
  const resolution = await resolveSource(units, context);
  if ('jobs' in resolution) {
    const { shape } = resolution;
    if (shape !== undefined) assertExpectedShape(request.expect, shape);
    return request.dryRun
      ? await stagedDryRun({ deps, bound, placement, context, resolution, asked }, signal)
      : await stageRound(deps, { bound, jobs: resolution.jobs, executionId }, signal);
  }
  const named = await nameLayout(resolution.layout, bound, context);
  const ready = readyRun(bound, placement, named);
  const work = { deps, ready, store: context.store, asked };
  if (request.dryRun) return await dryRun(work);
  const count = await PlanCount.open(work);
  await count.assertWithinLimits();
  return await writePlan(deps, { ready, count, executionId }, signal);
}

/**
 * The Plan step. It hands a table to PlanTable, and one of a database to PlanDatabase. It binds the
 * request of a matrix to a run, places the run in its output, resolves the source, compares it with
 * request and output, and writes the plan. It ends before that if the run is complete already, if
 * the source must be staged first, or if the request is a dry run.
 *
 * Reads the headers of the source, and in bands what says where its rows lie. Holds two bands.
 */
export function createHandler(deps: PlanDeps): Step<PlanInput, PlanResult> {
  const { s3, logger, metrics } = deps;

  return async (input, signal) => {
    const { executionId } = input;
    const asked = new RequestCount();
    const store = countingStore(await planStore(deps, input, signal), asked);
    if (readsDatabase(input.request)) return { decision: 'database' };
    if ((await wingOf(input.request, store)) === 'table') return { decision: 'table' };
    const bound = await bindRun(input.request, deps, store);
    const { request, runId, location } = bound;
    metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
    logger.appendKeys({ runId });

    const { mode, spec: output } = request.output;
    assertStartsNoRun(location, output, deps.trigger);
    const records = s3OutputRecords(s3, location, signal);
    const placement = await placeRun({ runId, location, mode, output }, records);
    if ('published' in placement)
      return completeRun(logger, { ...bound, ...placement }, request.expect);

    return await planPlaced(deps, { bound, placement, executionId, asked }, signal);
  };
}
