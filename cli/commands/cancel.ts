import { Command } from 'commander';
import {
  addDeploymentOptions,
  type DeploymentOptions,
} from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { RUN_ARGUMENT } from '#cli/options/run-argument.ts';

const HELP = `
Without --discard all that is written stays, and the same request, or redrive, goes on from there.
--discard removes the chunks of the run with your own credentials (s3:DeleteObject), and the parts
of one object that nobody sees and everybody pays. It is refused for a run that is complete.

Examples:
  $ npx sparse-fanout cancel latest
  $ npx sparse-fanout cancel s3://my-output/daily/ --discard
`;

interface CancelOptions extends DeploymentOptions {
  readonly discard?: true;
}

/** `cancel`: stops an execution. */
export function cancelCommand(io: () => CommandIo): Command {
  const cancel = new Command('cancel')
    .description('stop a run')
    .argument('<run>', RUN_ARGUMENT)
    .option('--discard', 'and remove what it has written');
  return addDeploymentOptions(cancel)
    .addHelpText('after', HELP)
    .action(async (run: string, options: CancelOptions) => {
      // Loaded only here, as the clients take a while to load.
      const { cancelExecution } = await import('#cli/runs/on-executions.ts');
      await cancelExecution(run, options, io());
    });
}
