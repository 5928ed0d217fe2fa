import { readLines } from '#aws/objects.ts';
import type { Progress } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { PlanInput, PlanResult } from '#core/run/step-messages.ts';
import { parseStageTask } from '#core/sources/stage-task.ts';
import { createHandler as createPlan } from '#lambdas/plan/handler.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { createHandler as createStage } from '#lambdas/stage/handler.ts';
import type { ExportDeps } from './step-deps.ts';

/** A plan that has chunks to write. */
export type PlannedWrite = Extract<PlanResult, { readonly decision: 'write' | 'load' }>;

/** What a plan leads to here: chunks to write, nothing to do, or what would be done. */
export type PlannedExport =
  | PlannedWrite
  | Extract<PlanResult, { readonly decision: 'complete' } | { readonly decision: 'dry-run' }>;

/** What a run is planned with. */
export interface PlanWork {
  readonly request: object;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

type StageRound = Extract<PlanResult, { readonly decision: 'stage' }>;

/** Does the jobs of one Stage round, one after the other; the workflow does them with functions. */
async function stage(deps: ExportDeps, { plan, jobs }: StageRound, work: PlanWork): Promise<void> {
  const { progress, signal } = work;
  progress.say(`making the source readable by rows: ${jobs} jobs`);
  const step = createStage(deps);
  for await (const line of readLines(deps.s3, plan.bucket, plan.key, signal)) {
    await step(parseStageTask(JSON.parse(line)), signal);
  }
}

/** Loaded only where there is a table: it needs the engine. */
async function createPlanTable(deps: ExportDeps): Promise<Step<PlanInput, PlanResult>> {
  const { createHandler } = await import('#lambdas/plan-table/handler.ts');
  return createHandler(deps);
}

/**
 * Plans a request in this process, as the workflow does: round after round, until the source can be
 * read by rows.
 *
 * @throws {UsageError} the run needs more than one process has.
 * @throws as the steps Plan, PlanTable and Stage.
 */
export async function planExport(deps: ExportDeps, work: PlanWork): Promise<PlannedExport> {
  let step: Step<PlanInput, PlanResult> = createPlan(deps);
  for (let pins: string | null = null; ; ) {
    const { request, signal } = work;
    const planned = await step({ request, pins, executionId: 'export' }, signal);
    switch (planned.decision) {
      case 'table':
        step = await createPlanTable(deps);
        break;
      case 'stage':
        await stage(deps, planned, work);
        pins = planned.pins;
        break;
      case 'write':
      case 'complete':
      case 'dry-run':
        return planned;
      default:
        throw new UsageError(
          'export writes rows in the order of their source, but this request shuffles or loads them; use local run',
        );
    }
  }
}
