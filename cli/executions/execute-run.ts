import type { Progress } from '#cli/frame/progress.ts';
import type { Session } from '#cli/local/local-cloud-session.ts';
import { type BoundRun, watchRun } from './bound-run.ts';
import { explainFailure } from './chunk-failure.ts';
import { runExecution } from './follow-execution.ts';

/**
 * Starts the execution of a run, shows the chunks as they appear, and waits for the end.
 *
 * @throws {ExecutionFailed} it failed; the error is that of the writer that failed, if one did.
 */
export async function executeRun(
  { outputs, clients }: Session,
  run: BoundRun,
  request: object,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<void> {
  const watch = watchRun(clients.s3, run);
  const showProgress = async () => {
    const state = await watch();
    if (state !== undefined) progress.chunks(state.done, state.total);
  };
  const start = { stateMachineArn: outputs.stateMachineArn, input: request };
  progress.say(`running ${run.runId}`);
  await runExecution(clients.states, start, showProgress, signal).catch(async (error: unknown) => {
    throw await explainFailure(clients.s3, run.output, error);
  });
  await showProgress();
  progress.stop();
}
