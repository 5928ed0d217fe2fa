import { Command, Option } from 'commander';
import type { CommandIo } from '#cli/frame/command-io.ts';
import type { LocalRunOptions, LocalUpOptions } from '#cli/local/local-options.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { addTransformsOption } from '#cli/options/file-transforms.ts';
import { addFunctionsOption } from '#cli/options/functions-option.ts';
import { addPostgresOption } from '#cli/options/postgres-option.ts';
import { addRequestOption } from '#cli/options/request-file.ts';
import { addRunOptions, addRunTableOptions } from '#cli/options/run-options.ts';
import { addTransformOption } from '#cli/options/transform-option.ts';
import { OUTPUT_MODES } from '#core/outputs/output-place.ts';

const RUN_EXAMPLES = `
Examples:
  $ npx sparse-fanout local run matrix.npz --out chunks
  $ npx sparse-fanout local run matrix.npz --out chunks --rows-per-chunk 50000 --profile zero0
  $ npx sparse-fanout local run matrix.npz --out chunks --target-bytes 64MiB --state .state
  $ npx sparse-fanout local run tuesday.npz --out chunks --mode append
  $ npx sparse-fanout local run matrix.npz --out whole --single --header first-chunk
  $ npx sparse-fanout local run matrix.npz --out chunks --output-format svmlight --index-base 1
  $ npx sparse-fanout local run events.csv --schema schema.json --out files --files 4
  $ npx sparse-fanout local run events.csv --schema schema.json --out files --dry-run
  $ npx sparse-fanout local run --request request.json --out files
  $ npx sparse-fanout local run --request request.json --out test --sample 1000
  $ npx sparse-fanout local run --request load.json --out receipts --postgres main=url.txt
`;

const UP_EXAMPLES = `
Examples:
  $ npx sparse-fanout local up
  $ npx sparse-fanout --json local up --state .state
  $ npx sparse-fanout local up --functions clean=examples/functions/clean.ts
`;

/** `local run`: from a file to a directory of chunks. */
function runCommand(io: () => CommandIo): Command {
  const run = new Command('run')
    .description('run the stack on this machine: make ordered chunks and a manifest of a file')
    .argument('[source...]', 'file or folder; several are stacked by rows')
    .requiredOption('--out <directory>', 'receives data/ and _manifest/, whole or not at all')
    .addOption(
      new Option(
        '--mode <mode>',
        'rows that --out holds: none, come before, or are replaced (default: create)',
      ).choices(OUTPUT_MODES),
    )
    .option('--concurrency <n>', 'writers at once', parseCount)
    .addOption(
      new Option('--sample <n>', 'table: a test run over the first n rows of the source')
        .argParser(parseCount)
        .conflicts(['mode', 'files']),
    )
    .option('--dry-run', 'print what would be written: number, sizes and price; write nothing')
    .option('--state <directory>', 'keep S3 and ledger here, so that the next run finds them');
  addPostgresOption(
    addTransformsOption(addTransformOption(addRunTableOptions(addRunOptions(run)))),
  );
  addRequestOption(run)
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (locations: readonly string[], options: LocalRunOptions) => {
      // Loaded only here: the local cloud takes a while to load, and no other command needs it.
      const { localRun } = await import('#cli/local/local-run.ts');
      await localRun(locations, options, io());
    });
  return run;
}

/** `local up`: the stack for clients of AWS, until Ctrl-C. */
function upCommand(io: () => CommandIo): Command {
  const up = new Command('up')
    .description('keep the stack up on this machine, for the AWS CLI, boto3 and every SDK')
    .option(
      '--state <directory>',
      'keeps objects, ledger, executions and access for the next start',
      '.sparse-fanout/up',
    );
  return addPostgresOption(addTransformsOption(addFunctionsOption(up)))
    .addHelpText('after', UP_EXAMPLES)
    .action(async (options: LocalUpOptions) => {
      const { localUp } = await import('#cli/local/local-up.ts');
      await localUp(options, io());
    });
}

/** `local`: the deployed stack on this machine. */
export function localCommand(io: () => CommandIo): Command {
  return new Command('local')
    .description('work with the local cloud')
    .addCommand(runCommand(io))
    .addCommand(upCommand(io));
}
