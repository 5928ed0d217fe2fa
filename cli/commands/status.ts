import { Command } from 'commander';
import {
  addDeploymentOptions,
  type DeploymentOptions,
} from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { LATEST, RUN_ARGUMENT } from '#cli/options/run-argument.ts';

const HELP = `
Examples:
  $ npx sparse-fanout status
  $ npx sparse-fanout status s3://my-output/daily/ --chunks
  $ npx sparse-fanout --json status 0123456789abcdef0123456789abcdef --profile production

Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 still running.
`;

interface StatusOptions extends DeploymentOptions {
  readonly chunks?: true;
}

/** `status`: where an execution is. */
export function statusCommand(io: () => CommandIo): Command {
  const status = new Command('status')
    .description('print once where a run is')
    .argument('[run]', RUN_ARGUMENT, LATEST)
    .option('--chunks', 'with the table of its jobs, from the ledger');
  return addDeploymentOptions(status)
    .addHelpText('after', HELP)
    .action(async (run: string, options: StatusOptions) => {
      // Loaded only here, as the clients take a while to load.
      const { statusOfExecution } = await import('#cli/runs/on-executions.ts');
      await statusOfExecution(run, options, io());
    });
}
