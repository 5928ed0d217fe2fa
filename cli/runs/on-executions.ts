import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { type Deployment, withDeployment } from '#cli/deployment/deployment.ts';
import type { DeploymentOptions } from '#cli/deployment/deployment-options.ts';
import { cancelRun } from '#cli/executions/cancel-run.ts';
import { findExecution } from '#cli/executions/find-execution.ts';
import { redriveRun } from '#cli/executions/redrive-run.ts';
import { pasteLine, reportRun } from '#cli/executions/report-run.ts';
import { showStatus } from '#cli/executions/show-status.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';

/** An execution that was found, and its deployment. */
interface Found {
  readonly deployment: Deployment;
  readonly found: DescribeExecutionCommandOutput;
  readonly executionArn: string;
}

/** Finds the execution that a command is about, for as long as `use` takes. */
async function withExecution(
  run: string,
  options: DeploymentOptions,
  io: CommandIo,
  use: (found: Found) => Promise<void>,
  signal: AbortSignal = io.signal,
): Promise<void> {
  const inDeployment = async (deployment: Deployment) => {
    const found = await findExecution(deployment, run, signal);
    await use({ deployment, found, executionArn: found.executionArn ?? '' });
  };
  await withDeployment(options, inDeployment, run);
}

/** `watch`. */
export async function watchExecution(
  run: string,
  options: DeploymentOptions & { readonly timeout?: number },
  io: CommandIo,
): Promise<void> {
  const { timeout: timeoutSeconds } = options;
  const watch = async ({ deployment, executionArn }: Found) => {
    await reportRun({ deployment, executionArn, timeoutSeconds }, io);
  };
  // Found in spite of Ctrl-C, so that it can be said what goes on; a second one ends the process.
  await withExecution(run, options, io, watch, new AbortController().signal);
}

/** `status`. */
export async function statusOfExecution(
  run: string,
  options: DeploymentOptions & { readonly chunks?: true },
  io: CommandIo,
): Promise<void> {
  const hasChunks = options.chunks === true;
  await withExecution(run, options, io, async ({ deployment, executionArn }) => {
    await showStatus({ deployment, executionArn, hasChunks }, io);
  });
}

/** `redrive`. */
export async function redriveExecution(
  run: string,
  options: DeploymentOptions & { readonly detach?: true; readonly timeout?: number },
  io: CommandIo,
): Promise<void> {
  await withExecution(run, options, io, async ({ deployment, found, executionArn: before }) => {
    const executionArn = (await redriveRun(deployment, found, io)) ?? before;
    const shown = { deployment, executionArn, timeoutSeconds: options.timeout };
    if (options.detach !== true) return await reportRun(shown, io);
    const line = `watch it:  ${pasteLine('watch', shown)}`;
    await printResult(io, { executionArn }, line);
  });
}

/** `cancel`. */
export async function cancelExecution(
  run: string,
  options: DeploymentOptions & { readonly discard?: true },
  io: CommandIo,
): Promise<void> {
  const discards = options.discard === true;
  await withExecution(run, options, io, async ({ deployment, found }) => {
    await cancelRun({ deployment, found, discards }, io);
  });
}
