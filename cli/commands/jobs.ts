import { Command } from 'commander';
import {
  addDeploymentOptions,
  type DeploymentOptions,
} from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';

const HELP = `
Prints the job table of a run from the ledger: of each chunk that was started what it covers, where
keys are whole the first, the last and their number, when its last try started and it finished, how
many tries there were, and why the last one failed. Also of runs whose executions are long gone.

Examples:
  $ npx sparse-fanout jobs s3://my-output/daily/
  $ npx sparse-fanout jobs s3://my-output/daily/ --failed --stack SparseFanout
  $ npx sparse-fanout --json jobs s3://my-output/daily/ --generation 3
`;

interface JobsOptions extends DeploymentOptions {
  readonly generation?: number;
  readonly failed?: true;
}

/** `jobs`: what became of each chunk of a run. */
export function jobsCommand(io: () => CommandIo): Command {
  const jobs = new Command('jobs')
    .description('print the job table of a run: its chunks, their keys, times, tries and errors')
    .argument('<output>', 'S3 URI of an output')
    .option('--generation <n>', 'of the output (default: the last one)', parseCount)
    .option('--failed', 'jobs alone whose last try failed');
  return addDeploymentOptions(jobs)
    .addHelpText('after', HELP)
    .action(async (uri: string, options: JobsOptions) => {
      // Loaded only here, as the clients take a while to load.
      const { jobsOfOutput } = await import('#cli/runs/jobs-of-output.ts');
      await jobsOfOutput(uri, options, io());
    });
}
