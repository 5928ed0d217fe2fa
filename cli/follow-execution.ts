import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

const POLL_MILLISECONDS = 250;

/** An execution that ended without success: its error's name and sentence. */
export class ExecutionFailed extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Lambda puts `{ errorType, errorMessage, trace }` into an execution's cause; the trace is not for people. */
function sentenceOf(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (parsed !== null && typeof parsed === 'object' && 'errorMessage' in parsed) {
      return String(parsed.errorMessage);
    }
  } catch {
    // A cause that is not JSON is a sentence already.
  }
  return cause;
}

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
