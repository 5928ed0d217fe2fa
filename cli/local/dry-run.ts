import { runExecution } from '#cli/executions/follow-execution.ts';
import type { Progress } from '#cli/frame/progress.ts';
import { planLines } from '#cli/outputs/plan-lines.ts';
import { transformedLines } from '#cli/tables/describe-table.ts';
import { ageInDays } from '#core/cost/prices.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { type Session, uploadsOf } from './local-cloud-session.ts';
import type { PreparedRun } from './prepared-run.ts';

/** What a dry run, or a run that is complete already, answers. */
export type DryRun = Extract<PlanResult, { readonly decision: 'dry-run' | 'complete' }>;

interface Work {
  readonly prepared: PreparedRun;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Uploads a source and runs its request as a dry run, which plans and writes nothing.
 *
 * @throws {ExecutionFailed} the request does not fit the source.
 */
export async function dryRunIn(
  session: Session,
  { prepared, progress, signal }: Work,
): Promise<DryRun> {
  const { outputs, clients } = session;
  progress.say('uploading the source');
  const request = await prepared.upload(uploadsOf(session, progress));
  const { stateMachineArn } = outputs;
  progress.say('planning');
  const start = { stateMachineArn, input: { ...request, dryRun: true } };
  const output = await runExecution(clients.states, start, async () => {}, signal);
  progress.stop();
  return JSON.parse(output) as DryRun;
}

/** A dry run as lines for people. */
export function dryRunProse(dry: DryRun, now: Date): string {
  if (dry.decision === 'complete') return `run      ${dry.runId}, complete already`;
  const { runId, summary } = dry;
  const { refusal } = summary;
  const transformed = 'transformed' in summary ? summary.transformed : undefined;
  return [
    `run      ${runId}, a dry run: nothing was written`,
    ...planLines(summary, ageInDays(summary.prices, now)),
    ...(refusal === undefined ? [] : [`refused  ${refusal}`]),
    ...(transformed === undefined ? [] : ['', ...transformedLines(transformed)]),
  ].join('\n');
}
