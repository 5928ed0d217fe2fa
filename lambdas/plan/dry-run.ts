import type { MatrixPlanSummary } from '#core/run/plan-summary.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { PlanCount, type PlanWork } from './plan-count.ts';

/** Plans a run and writes nothing. */
export async function dryRun(
  work: PlanWork,
  more: Pick<MatrixPlanSummary, 'staging'> = {},
): Promise<PlanResult> {
  const count = await PlanCount.open(work);
  await count.count();
  const { runId, location } = work.ready;
  return { decision: 'dry-run', runId, location, summary: count.summary(more) };
}
