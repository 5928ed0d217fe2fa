import {
  type DescribeExecutionCommandOutput,
  RedriveExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Deployment } from '#cli/deployment/deployment.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { createProgress } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { PermanentErrorName } from '#core/contract.ts';
import { wasDiscarded } from './discard-run.ts';
import { RunWatcher } from './run-watcher.ts';

/** What Finalize says where chunks are gone whose writers succeeded. */
const GONE: PermanentErrorName = 'IncompleteRunError';

const REMOVED = 'chunks that it has written were removed';

/** Why a redrive would not do; undefined where it does. */
async function obstacleOf(
  { clients }: Deployment,
  found: DescribeExecutionCommandOutput,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { executionArn = '', status, error, redriveStatus, redriveStatusReason } = found;
  if (redriveStatus === 'NOT_REDRIVABLE') {
    return redriveStatusReason ?? 'Step Functions does not redrive it';
  }
  if (error === GONE) return REMOVED;
  if (status !== 'ABORTED') return undefined;
  const { view, counts } = await new RunWatcher(clients.states, executionArn).look(signal);
  const header = view.planned?.header;
  const isGone = header !== undefined && (await wasDiscarded(clients.s3, header, counts.done));
  return isGone ? REMOVED : undefined;
}

/**
 * Goes on with an execution that has failed: by a redrive where that does, else by another
 * execution with the same input, which finds what is done of the run.
 *
 * @returns ARN of the execution that goes on; undefined if the run is complete.
 * @throws {UsageError} it still runs.
 */
export async function redriveRun(
  deployment: Deployment,
  found: DescribeExecutionCommandOutput,
  io: CommandIo,
): Promise<string | undefined> {
  const { executionArn = '', name, status, input } = found;
  if (status === 'SUCCEEDED') return undefined;
  if (status === 'RUNNING') {
    throw new UsageError(`execution ${name} still runs; watch it, or cancel it first`);
  }
  const { stateMachineArn, clients } = deployment;
  const progress = createProgress(io);
  const abortSignal = io.signal;
  const obstacle = await obstacleOf(deployment, found, abortSignal);
  if (obstacle === undefined) {
    await clients.states.send(new RedriveExecutionCommand({ executionArn }), { abortSignal });
    progress.say(`redriven ${name}`);
    return executionArn;
  }
  const again = new StartExecutionCommand({ stateMachineArn, input });
  const { executionArn: next = '' } = await clients.states.send(again, { abortSignal });
  progress.say(`started ${next.split(':').at(-1)} with the same request: ${obstacle}`);
  return next;
}
