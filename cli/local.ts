import { Command, Option } from 'commander';
import type { CsvDialect } from '#core/encode/csv-dialect.ts';
import { parseCount } from './argument-parsers.ts';
import { addChunkingOptions, type ChunkingOptions } from './chunking-options.ts';
import type { CommandIo } from './command-io.ts';
import { addDialectOptions, type DialectOptions } from './dialect-options.ts';

/** Options of `local run`. */
export interface LocalRunOptions extends DialectOptions, ChunkingOptions {
  readonly out: string;
  readonly header: CsvDialect['header'];
  readonly concurrency?: number;
  readonly state?: string;
}

const EXAMPLES = `
Examples:
  $ npm run -s cli -- local run matrix.npz --out chunks
  $ npm run -s cli -- local run matrix.npz --out chunks --rows-per-chunk 50000 --profile zero0
  $ npm run -s cli -- local run matrix.npz --out chunks --target-bytes 64MiB --state .state
`;

/** `local run`: the deployed stack on this machine, from a file to a directory of chunks. */
export function localCommand(io: () => CommandIo): Command {
  const run = new Command('run')
    .description('run the stack on this machine: a file in, ordered chunks and their manifest out')
    .argument('<file>', 'source file')
    .requiredOption('--out <directory>', 'receives data/ and _manifest/, whole or not at all')
    .addOption(
      new Option('--header <where>', 'header line')
        .choices(['none', 'first-chunk'])
        .default('none'),
    )
    .option('--concurrency <n>', 'writers at once', parseCount)
    .option('--state <directory>', 'keep S3 and ledger here, so that the next run finds them');
  addChunkingOptions(addDialectOptions(run))
    .addHelpText('after', EXAMPLES)

    .action(async (file: string, options: LocalRunOptions) => {
      // The local cloud takes a while to load, and no other command needs it.
      const { localRun } = await import('./local-run.ts');
      await localRun(file, options, io());
    });
  return new Command('local').description('work with the local cloud').addCommand(run);
}
