import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Deployment } from '#cli/deployment/deployment.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatCounted } from '#cli/frame/format-figures.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { discardRun } from './discard-run.ts';
import { RunWatcher } from './run-watcher.ts';

/** Between two looks at an execution that is being stopped. */
const LOOK_MILLISECONDS = 2_500;

const CAUSE = 'stopped by sparse-fanout cancel';

/** What `cancel` is asked for. */
export interface AskedCancel {
  readonly deployment: Deployment;
  readonly found: DescribeExecutionCommandOutput;
  /** Whether what it has written is to be removed. */
  readonly discards: boolean;
}

async function stop({ deployment, found }: AskedCancel, abortSignal: AbortSignal): Promise<void> {
  const { states } = deployment.clients;
  const { executionArn } = found;
  await states.send(new StopExecutionCommand({ executionArn, cause: CAUSE }), { abortSignal });
  for (;;) {
    const describe = new DescribeExecutionCommand({ executionArn });
    const { status } = await states.send(describe, { abortSignal });
    if (status !== 'RUNNING') return;
    await sleep(LOOK_MILLISECONDS, undefined, { signal: abortSignal });
  }
}

/**
 * Stops an execution, and removes what its run has written if that is asked for.
 *
 * @throws {UsageError} it has ended, and nothing is to be discarded, or it has succeeded.
 */
export async function cancelRun(asked: AskedCancel, io: CommandIo): Promise<void> {
  const { deployment, found, discards } = asked;
  const { executionArn = '', name, status } = found;
  const isRunning = status === 'RUNNING';
  if (status === 'SUCCEEDED' || !(isRunning || discards)) {
    throw new UsageError(`execution ${name} has ended as ${status}; there is nothing to cancel`);
  }
  if (isRunning) await stop(asked, io.signal);
  const { view } = await new RunWatcher(deployment.clients.states, executionArn).look(io.signal);
  const header = view.planned?.header;
  const removed =
    discards && header !== undefined
      ? await discardRun(deployment, { executionArn, header }, io.signal)
      : undefined;
  const runId = header?.runId ?? null;
  const result = { executionArn, runId, status: view.status, discarded: removed ?? null };
  const lines = [
    `canceled   execution ${name}`,
    ...(runId === null ? [] : [`run        ${runId}`]),
    ...(removed === undefined
      ? ['what is written stays: the same request, or redrive, goes on from there']
      : [
          `removed    ${formatCounted(removed.chunks, 'chunk')} and ${formatCounted(removed.uploads, 'upload')}; the same request writes them again`,
        ]),
  ];
  await printResult(io, result, lines.join('\n'));
}
