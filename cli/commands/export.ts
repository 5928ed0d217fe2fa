import { Command, Option } from 'commander';
import type { ExportOptions } from '#cli/export/export-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { addRequestOption } from '#cli/options/request-file.ts';
import { addRunOptions, addRunTableOptions } from '#cli/options/run-options.ts';
import { SOURCE_HELP } from '#cli/options/source-options.ts';
import { addTransformOption } from '#cli/options/transform-option.ts';
import { OUTPUT_MODES } from '#core/outputs/output-place.ts';

const EXAMPLES = `
Examples:
  $ npx sparse-fanout export matrix.npz --out chunks
  $ npx sparse-fanout export matrix.npz --out chunks --compression gzip --threads 8
  $ npx sparse-fanout export s3://bucket/matrix.npz --out s3://bucket/chunks/
  $ npx sparse-fanout export events.csv --schema schema.json --out files --files 4
  $ npx sparse-fanout export --request request.json --out files --dry-run

After a crash the same command goes on: chunks that are complete are not written again. A thread
takes up to 100 MB of memory, of tables 1.6 GB; the rest of the process 200 MB. S3 is reached as the
AWS SDK is configured: profile, environment, AWS_ENDPOINT_URL_S3.
`;

/** `export`: from files or objects straight to a directory or to S3, without a cloud. */
export function exportCommand(io: () => CommandIo): Command {
  const command = new Command('export')
    .description('make ordered chunks and a manifest with all cores of this machine, no cloud')
    .argument('[source...]', SOURCE_HELP)
    .requiredOption(
      '--out <directory or s3 uri>',
      'receives data/ and _manifest/; a directory whole or not at all',
    )
    .addOption(
      new Option(
        '--mode <mode>',
        'in S3, rows that are there: none, come before, or are replaced (default: create)',
      ).choices(OUTPUT_MODES),
    )
    .option('--threads <n>', 'writers at once (default: one for each core)', parseCount)
    .option('--dry-run', 'print what would be written: number and sizes; write nothing');
  addRequestOption(addTransformOption(addRunTableOptions(addRunOptions(command))))
    .addHelpText('after', EXAMPLES)
    .action(async (locations: readonly string[], options: ExportOptions) => {
      // Loaded only here: the steps take a while to load, and no other command needs them.
      const { exportRun } = await import('#cli/export/export-run.ts');
      await exportRun(locations, options, io());
    });
  return command;
}
