import { Command } from 'commander';
import type { PlanCommandOptions } from '#cli/export/plan-source.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { addPricesOptions } from '#cli/options/prices-option.ts';
import { addRequestOption } from '#cli/options/request-file.ts';
import { addRunOptions, addRunTableOptions } from '#cli/options/run-options.ts';
import { addTransformOption } from '#cli/options/transform-option.ts';

const EXAMPLES = `
Examples:
  $ npx sparse-fanout plan matrix.npz
  $ npx sparse-fanout plan s3://bucket/matrix.npz --compression gzip --max-cost 5 --json
  $ npx sparse-fanout plan events.csv --schema schema.json --target-file-size 256MiB
  $ npx sparse-fanout plan request.json --region eu-central-1

It is what a run with "dryRun": true answers as its summary. A plan that passes a limit is printed,
and ends with exit code 1.
`;

/** `plan`: says what a run would write, take and cost on AWS. Writes nothing. */
export function planCommand(io: () => CommandIo): Command {
  const command = new Command('plan')
    .description('say what a run on AWS would write, take and cost; write nothing')
    .argument('[source...]', 'file, folder or s3:// URI; or request.json')
    .option('--concurrency <n>', 'writers at once', parseCount);
  addPricesOptions(addTransformOption(addRunTableOptions(addRunOptions(command))));
  addRequestOption(command)
    .addHelpText('after', EXAMPLES)
    .action(async (locations: readonly string[], options: PlanCommandOptions) => {
      // Loaded only here: the steps take a while to load.
      const { planSource } = await import('#cli/export/plan-source.ts');
      await planSource(locations, options, io());
    });
  return command;
}
