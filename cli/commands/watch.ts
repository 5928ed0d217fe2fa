import { Command } from 'commander';
import {
  addDeploymentOptions,
  type DeploymentOptions,
} from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { LATEST, RUN_ARGUMENT } from '#cli/options/run-argument.ts';

const HELP = `
Examples:
  $ npx sparse-fanout watch
  $ npx sparse-fanout watch 0123456789abcdef0123456789abcdef --timeout 600
  $ npx sparse-fanout --json watch s3://my-output/daily/ --local .sparse-fanout/up

Asks Step Functions every 5 s, after ten minutes every 15 s: at most 0.4 calls a second. Exit codes:
0 done, 1 it failed, 2 wrong usage, 3 still running after --timeout, 130 detached by Ctrl-C.
`;

interface WatchOptions extends DeploymentOptions {
  readonly timeout?: number;
}

/** `watch`: an execution until it has ended. */
export function watchCommand(io: () => CommandIo): Command {
  const watch = new Command('watch')
    .description('show a run until it has ended')
    .argument('[run]', RUN_ARGUMENT, LATEST)
    .option('--timeout <seconds>', 'for so long at most', parseCount);
  return addDeploymentOptions(watch)
    .addHelpText('after', HELP)
    .action(async (run: string, options: WatchOptions) => {
      // Loaded only here, as the clients take a while to load.
      const { watchExecution } = await import('#cli/runs/on-executions.ts');
      await watchExecution(run, options, io());
    });
}
