import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { withDeployment } from '#cli/deployment/deployment.ts';
import { pasteLine, reportRun } from '#cli/executions/report-run.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { createProgress } from '#cli/frame/progress.ts';
import { plannedRequest } from './planned-request.ts';
import type { RunOptions } from './run-options.ts';

/**
 * Starts the run of a request on a deployment, after the upload of its files, and watches it.
 *
 * @throws {RequestError} the request is wrong; nothing was uploaded or started.
 * @throws {ExecutionFailed} the execution failed.
 * @throws {Exit} it still runs when the time is up, or by Ctrl-C.
 */
export async function startRun(
  locations: readonly string[],
  options: RunOptions,
  io: CommandIo,
): Promise<void> {
  await withDeployment(options, async (deployment) => {
    const progress = createProgress(io);
    const { signal } = io;
    const making = { deployment, progress, signal };
    const request = await plannedRequest(locations, options, making).finally(() => progress.stop());
    const { stateMachineArn, clients } = deployment;
    const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(request) });
    signal.throwIfAborted();
    // Not by the signal: whoever asks for the end must learn the name of what has started.
    const { executionArn = '' } = await clients.states.send(start);
    const shown = { deployment, executionArn, timeoutSeconds: options.timeout };
    if (options.detach !== true) return await reportRun(shown, io);
    const lines = [`started    ${executionArn}`, `watch it:  ${pasteLine('watch', shown)}`];
    await printResult(io, { executionArn, request }, lines.join('\n'));
  });
}
