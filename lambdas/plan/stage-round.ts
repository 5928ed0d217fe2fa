import { digest128 } from '#core/objects/digest.ts';
import type { BoundRun } from '#core/run/bind-run.ts';
import { keptPins } from '#core/run/kept-pins.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { UnitJob } from '#core/sources/resolve-source.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { type KeptLines, writeJobs } from '#lambdas/shared/write-jobs.ts';

/** Jobs that must be done before the source can be read by rows. */
interface StageRound {
  readonly bound: BoundRun;
  readonly jobs: readonly UnitJob[];
  readonly executionId: string;
}

async function pinsOf({ pins }: BoundRun): Promise<KeptLines | undefined> {
  const lines = keptPins(pins);
  return lines && { id: await digest128(lines.join('')), lines };
}

/** Writes the jobs of one Stage round, see {@link writeJobs}. */
export async function stageRound(
  deps: PlanDeps,
  { bound, jobs, executionId }: StageRound,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { request, runId } = bound;
  const { concurrency } = request;
  const { options } = request.source;
  const tasks = jobs.map((unitJob) => ({ ...unitJob, options }));
  const pins = await pinsOf(bound);
  const round = { wing: 'matrix', runId, tasks, pins, concurrency, executionId } as const;
  return await writeJobs(deps, round, signal);
}
