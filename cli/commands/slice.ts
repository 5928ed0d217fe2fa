import { Command } from 'commander';
import { type CommandIo, write } from '#cli/frame/command-io.ts';
import { type AskedRows, parseRows, rowsWithin } from '#cli/options/argument-parsers.ts';
import {
  addOutputOptions,
  compressionOption,
  type OutputOptions,
  parseOutput,
} from '#cli/options/output-options.ts';
import {
  addSourceOptions,
  SOURCE_HELP,
  type SourceFlags,
  sourceOptions,
} from '#cli/options/source-options.ts';
import { withSource } from '#cli/sources/with-source.ts';
import { checkRows } from '#core/chunks/check-rows.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';

interface SliceOptions extends OutputOptions, SourceFlags {
  readonly rows?: AskedRows;
  readonly header?: true;
}

const EXAMPLES = `
Examples:
  $ npm run -s cli -- slice matrix.npz --rows 0:10
  $ npm run -s cli -- slice s3://bucket/matrix.npz --rows 50000:100000 --profile zero0 > chunk.csv
  $ npm run -s cli -- slice matrix.npz --rows :3 --header --delimiter '\\t' --na-rep NULL
  $ npm run -s cli -- slice matrix.npz --compression gzip > rows.csv.gz
`;

/**
 * Prints rows as a writer would write them. They are read twice: every row is checked before the
 * first byte appears, and the pinned source is the same both times. Holds one slice at a time.
 */
async function slice(
  locations: readonly string[],
  options: SliceOptions,
  io: CommandIo,
): Promise<void> {
  const output = parseOutput(options, options.header ? 'first-chunk' : 'none');
  const asked = { locations, order: options.order, options: sourceOptions(options) };
  await withSource(asked, io.signal, async ({ source }) => {
    const rows = rowsWithin(options.rows, sourceOf(source).rows);
    await checkRows(source, rows);
    for await (const part of encodedBytes(source, { index: 0, ...rows }, output)) {
      io.signal.throwIfAborted();
      await write(io.stdout, part);
    }
  });
}

/** `slice`: prints rows as a writer would write them, to reproduce one chunk. */
export function sliceCommand(io: () => CommandIo): Command {
  const command = new Command('slice')
    .description('print rows of a source as a writer would write them')
    .argument('<source...>', SOURCE_HELP)
    .option('--rows <a:b>', 'rows from a up to, not including, b (default: all)', parseRows)
    .option('--header', 'begin with a header line');
  return addOutputOptions(addSourceOptions(command))
    .addOption(compressionOption())
    .addHelpText('after', EXAMPLES)
    .action((locations: readonly string[], options: SliceOptions) =>
      slice(locations, options, io()),
    );
}
