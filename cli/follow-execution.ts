import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ExecutionFailed, sentenceOf } from './execution-failed.ts';

const POLL_MILLISECONDS = 250;

function outcome({ status, error, cause, output }: DescribeExecutionCommandOutput): string {
  if (status === 'SUCCEEDED') return output ?? '{}';
  throw new ExecutionFailed(
    error ?? `Execution${status}`,
    sentenceOf(cause ?? `the execution ended as ${status}`),
  );
}

/**
 * Starts an execution and waits for its end.
 *
 * @param onPoll called about four times a second while it runs.
 * @returns its output, JSON.
 * @throws {ExecutionFailed} it failed, timed out or was stopped.
 */
export async function runExecution(
  client: SFNClient,
  start: { readonly stateMachineArn: string; readonly input: unknown },
  onPoll: () => Promise<void>,
  signal: AbortSignal,
): Promise<string> {
  const { stateMachineArn, input } = start;
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    { abortSignal: signal },
  );
  const describe = new DescribeExecutionCommand({ executionArn });
  for (;;) {
    const execution = await client.send(describe, { abortSignal: signal });
    if (execution.status !== 'RUNNING') return outcome(execution);
    await onPoll();
    await sleep(POLL_MILLISECONDS, undefined, { signal });
  }
}
