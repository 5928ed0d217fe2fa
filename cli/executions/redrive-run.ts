import {
  type DescribeExecutionCommandOutput,
  RedriveExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Deployment } from '#cli/deployment/deployment.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { createProgress } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';

/**
 * Goes on with an execution that has failed: by a redrive where Step Functions still takes it, else
 * by another execution with the same input, which finds what is done of the run.
 *
 * @returns ARN of the execution that goes on; undefined if the run is complete.
 * @throws {UsageError} it still runs.
 */
export async function redriveRun(
  { clients, stateMachineArn }: Deployment,
  found: DescribeExecutionCommandOutput,
  io: CommandIo,
): Promise<string | undefined> {
  const { executionArn = '', name, status, redriveStatus, redriveStatusReason, input } = found;
  const progress = createProgress(io);
  if (status === 'SUCCEEDED') return undefined;
  if (status === 'RUNNING') {
    throw new UsageError(`execution ${name} still runs; watch it, or cancel it first`);
  }
  const { states } = clients;
  const abortSignal = io.signal;
  if (redriveStatus !== 'NOT_REDRIVABLE') {
    await states.send(new RedriveExecutionCommand({ executionArn }), { abortSignal });
    progress.say(`redriven ${name}`);
    return executionArn;
  }
  const again = new StartExecutionCommand({ stateMachineArn, input });
  const { executionArn: next = '' } = await states.send(again, { abortSignal });
  const why = redriveStatusReason ?? 'Step Functions does not redrive it';
  progress.say(`started ${next.split(':').at(-1)} with the same request (${why})`);
  return next;
}
