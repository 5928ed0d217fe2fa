import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { causeSentence } from '#core/failure/cause-sentence.ts';
import { ExecutionFailed } from './execution-failed.ts';

const POLL_MILLISECONDS = 250;

/** Listing a thousand chunks takes 10 ms, so progress is read less often than the status. */
const PROGRESS_MILLISECONDS = 1_000;

function outputOf(execution: DescribeExecutionCommandOutput): string {
  const { status, error, cause, output = '', executionArn = '' } = execution;
  if (status === 'SUCCEEDED') return output;
  throw new ExecutionFailed(
    error ?? `Execution${status}`,
    causeSentence(cause ?? `the execution ended as ${status}`),
    executionArn,
  );
}

/**
 * Starts an execution and waits for its end.
 *
 * @returns its output, JSON.
 * @param onProgress called about once per second while it runs.
 * @throws {ExecutionFailed} it failed, timed out or was stopped.
 */
export async function runExecution(
  client: SFNClient,
  start: { readonly stateMachineArn: string; readonly input: unknown },
  onProgress: () => Promise<void>,
  signal: AbortSignal,
): Promise<string> {
  const { stateMachineArn, input } = start;
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    { abortSignal: signal },
  );
  const describe = new DescribeExecutionCommand({ executionArn });
  for (let nextProgress = 0; ; ) {
    const execution = await client.send(describe, { abortSignal: signal });
    if (execution.status !== 'RUNNING') return outputOf(execution);
    if (performance.now() >= nextProgress) {
      await onProgress();
      nextProgress = performance.now() + PROGRESS_MILLISECONDS;
    }
    await sleep(POLL_MILLISECONDS, undefined, { signal });
  }
}
