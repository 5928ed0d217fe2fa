import { Command } from 'commander';
import {
  addDeploymentOptions,
  type DeploymentOptions,
} from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { RUN_ARGUMENT } from '#cli/options/run-argument.ts';

const HELP = `
Goes on with a run that failed or was canceled, and watches it. After 14 days, when Step Functions
no longer redrives, the same request is started again, which finds what is done.

Examples:
  $ npx sparse-fanout redrive 0123456789abcdef0123456789abcdef
  $ npx sparse-fanout redrive latest --detach --local .sparse-fanout/up

Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 still running after --timeout, 130 detached.
`;

interface RedriveOptions extends DeploymentOptions {
  readonly detach?: true;
  readonly timeout?: number;
}

/** `redrive`: goes on with a run. */
export function redriveCommand(io: () => CommandIo): Command {
  const redrive = new Command('redrive')
    .description('go on with a run that failed or was canceled')
    .argument('<run>', RUN_ARGUMENT)
    .option('--detach', 'redrive it, and do not watch')
    .option('--timeout <seconds>', 'watch for so long at most', parseCount);
  return addDeploymentOptions(redrive)
    .addHelpText('after', HELP)
    .action(async (run: string, options: RedriveOptions) => {
      // Loaded only here, as the clients take a while to load.
      const { redriveExecution } = await import('#cli/runs/on-executions.ts');
      await redriveExecution(run, options, io());
    });
}
