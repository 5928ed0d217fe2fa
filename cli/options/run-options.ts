import { type Command, Option } from 'commander';
import { parseAmount, parseCount, parseSize } from './argument-parsers.ts';
import { addChunkingOptions } from './chunking-options.ts';
import { addOutputOptions, singleOption } from './output-options.ts';
import { ALL_FORMATS, addSourceOptions } from './source-options.ts';

/** Options of both wings, and those of matrices. @param profileFlag see {@link addOutputOptions} */
export function addRunOptions(
  command: Command,
  profileFlag?: Parameters<typeof addOutputOptions>[1],
): Command {
  const compression = new Option(
    '--compression <name>',
    'of chunks and files (default: none, of Parquet zstd)',
  ).choices(['none', 'gzip', 'zstd', 'snappy']);
  const header = new Option('--header <where>', 'header line of a matrix (default: none)').choices([
    'none',
    'first-chunk',
  ]);
  const read = addSourceOptions(command, ALL_FORMATS);
  return addChunkingOptions(addOutputOptions(read, profileFlag))
    .addOption(singleOption())
    .addOption(compression)
    .addOption(header)
    .option('--max-cost <dollars>', 'refuse a run that would cost more on AWS', parseAmount)
    .option('--max-minutes <n>', 'refuse a run that would take longer on AWS', parseAmount);
}

/** Options of tables. */
export function addRunTableOptions(command: Command): Command {
  return command
    .option(
      '--schema <file.json>',
      'table: names and SQL types of its columns; infer proposes them',
    )
    .addOption(
      new Option(
        '--target-file-size <size>',
        'table: bytes of a file, such as 256MiB (default: 512MiB)',
      )
        .argParser(parseSize)
        .conflicts('files'),
    )
    .option('--files <n>', 'table: number of files', parseCount)
    .addOption(
      new Option('--on-bad-row <what>', 'table: a value that does not fit its column').choices([
        'fail',
        'reject',
      ]),
    );
}
