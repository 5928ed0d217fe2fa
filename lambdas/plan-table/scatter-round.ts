import { createObject } from '#aws/create-only.ts';
import { readText } from '#aws/objects.ts';
import { digest128 } from '#core/objects/digest.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { shuffleLayoutKey, shuffleObjectsKey, stageResultsPrefix } from '#core/run/output-keys.ts';
import { parseScatterPlan, type ScatterPlan } from '#core/run/scatter-table-input.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { writeLines } from '#lambdas/shared/write-jobs.ts';
import type { TablePlan } from '#tables/plan-table.ts';
import type { BoundObjects } from './bind-objects.ts';

/** A run whose rows are scattered, and the execution that works on it. */
export interface ScatteredRun {
  readonly bound: BoundObjects;
  readonly executionId: string;
}

/** What the mappers of a run were planned with; undefined if they were not planned yet. */
export async function plannedScatter(
  { s3, outputBucket }: PlanDeps,
  { runId }: BoundObjects,
  signal: AbortSignal,
): Promise<ScatterPlan | undefined> {
  const key = shuffleLayoutKey(runId);
  const text = await readText(s3, outputBucket, key, signal);
  return text === undefined ? undefined : parseScatterPlan(text, `s3://${outputBucket}/${key}`);
}

/**
 * Writes what the mappers of a run read, and the jobs of one mapper for each slice. It is complete
 * when its layout is there.
 */
export async function planScatter(
  deps: PlanDeps,
  { bound }: ScatteredRun,
  { layout, chunks, predictedBytes }: TablePlan,
  signal: AbortSignal,
): Promise<ScatterPlan> {
  const { s3, outputBucket: bucket } = deps;
  const { runId, objects, request } = bound;
  const tasks = chunks.map((chunk) => `${JSON.stringify({ runId, chunk })}\n`);
  const jobs = { id: await digest128(tasks.join('')), lines: tasks };
  const pins = { id: await objects.digest(), lines: objects.pieces() };
  const plan: ScatterPlan = {
    ...{ layout, output: tableSpecOf(request), mappers: chunks.length, predictedBytes },
    jobs: await writeLines(deps, 'jobs', jobs, signal),
    pins: await writeLines(deps, 'jobs-pins', pins, signal),
  };
  const list = { bucket, key: shuffleObjectsKey(runId), contentType: 'application/x-ndjson' };
  await createObject(s3, list, objects.pieces(), signal);
  const target = { bucket, key: shuffleLayoutKey(runId), contentType: 'application/json' };
  await createObject(s3, target, [JSON.stringify(plan)], signal);
  return plan;
}

/** Lets the mappers of a run work; those that have finished are done at once. */
export function scatterRound(
  { outputBucket: bucket }: PlanDeps,
  { bound: { runId, request }, executionId }: ScatteredRun,
  { jobs, pins, mappers }: ScatterPlan,
): PlanResult {
  return {
    decision: 'scatter',
    runId,
    plan: { bucket, key: jobs },
    pins,
    resultsPrefix: stageResultsPrefix(executionId).slice(0, -1),
    concurrency: request.concurrency,
    jobs: mappers,
  };
}
