import type { S3Client } from '#aws/clients/s3.ts';
import type { SFNClient } from '#aws/clients/states.ts';
import { type Progress, VERIFYING } from '#cli/frame/progress.ts';
import { explainFailure } from './explain-failure.ts';
import { runExecution } from './follow-execution.ts';
import { type WatchedRun, watchRun } from './watch-run.ts';

/** A deployed state machine, and clients for its services. */
export interface Deployed {
  readonly outputs: { readonly stateMachineArn: string };
  readonly clients: { readonly s3: S3Client; readonly states: SFNClient };
}

/**
 * Starts the execution of a run, shows the chunks as they appear, and waits for the end.
 *
 * @throws {ExecutionFailed} it failed. If a writer failed, the error is that of the writer.
 */
export async function executeRun(
  { outputs, clients }: Deployed,
  run: WatchedRun,
  request: object,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<void> {
  const watch = watchRun(clients.s3, run);
  const showProgress = async () => {
    const state = await watch();
    if (state === undefined) return;
    progress.show({ title: 'writing', unit: 'chunks', ...state });
    if (state.done === state.total) progress.show(VERIFYING);
  };
  const start = { stateMachineArn: outputs.stateMachineArn, input: request };
  progress.say(`running ${run.runId}`);
  await runExecution(clients.states, start, showProgress, signal).catch(async (error: unknown) => {
    throw await explainFailure(clients.s3, run.location, error);
  });
  await showProgress();
  progress.stop();
}
