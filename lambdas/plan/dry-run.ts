import { summarizePlan } from '#core/chunks/plan-chunks.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { plannedChunks } from './planned-chunks.ts';
import type { ReadyRun } from './ready-run.ts';

/** Plans a run and writes nothing. */
export async function dryRun(
  { s3 }: PlanDeps,
  ready: ReadyRun,
  signal: AbortSignal,
): Promise<PlanResult> {
  let chunks = 0;
  for await (const _ of plannedChunks(s3, ready, signal)) chunks += 1;
  const { runId, location, facts, request, units } = ready;
  const parts = units.map(({ uri }) => uri);
  const { concurrency, output } = request;
  const summary = summarizePlan({ facts, output: output.spec, chunks, parts, concurrency });
  return { decision: 'dry-run', runId, location, summary };
}
