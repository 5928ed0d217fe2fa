import { Command } from 'commander';
import { type CommandIo, write } from '#cli/frame/command-io.ts';
import { TerminalLines } from '#cli/frame/terminal-lines.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
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
import { isS3Uri } from '#cli/sources/location.ts';
import { withSource } from '#cli/sources/with-source.ts';
import { checkRows } from '#core/chunks/check-rows.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';

interface SliceOptions extends OutputOptions, SourceFlags {
  readonly rows?: AskedRows;
  readonly versionId?: string;
  readonly header?: true;
  readonly full?: true;
}

const EXAMPLES = `
Examples:
  $ npm run -s cli -- slice matrix.npz --rows 0:10
  $ npm run -s cli -- slice s3://bucket/matrix.npz --rows 50000:100000 --profile zero0 > chunk.csv
  $ npm run -s cli -- slice matrix.npz --rows :3 --header --delimiter '\\t' --na-rep NULL
  $ npm run -s cli -- slice matrix.npz --compression gzip > rows.csv.gz
`;

/** True if long rows are cut: on a terminal, unless all of them is asked for. */
function isCutFor({ stdout }: CommandIo, { full, compression }: SliceOptions): boolean {
  return stdout.isTTY === true && full === undefined && compression !== 'gzip';
}

/** @throws {UsageError} a version is given of what is not one object in S3. */
function assertOneObject(locations: readonly string[], versionId: string | undefined): void {
  const [only = ''] = locations;
  const isOneObject = locations.length === 1 && isS3Uri(only) && !isFolderUri(only);
  if (versionId === undefined || isOneObject) return;
  throw new UsageError(
    `--version-id is of one object in S3, got ${locations.join(', ')}; give its s3:// URI`,
  );
}

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
  if (options.columnNames !== undefined && options.header === undefined) {
    throw new UsageError('--column-names needs --header, which prints them');
  }
  const { versionId } = options;
  assertOneObject(locations, versionId);
  const columnNames = options.header && { location: options.columnNames };
  const { order, index: withRowNames = false } = options;
  const read = { options: sourceOptions(options), columnNames, withRowNames };
  const asked = { locations, versionId, order, ...read };
  await withSource(asked, io.signal, async ({ source, columnNames }) => {
    const rows = rowsWithin(options.rows, source.shape[0]);
    await checkRows(source, rows);
    const terminal = isCutFor(io, options) ? new TerminalLines(io) : undefined;
    for await (const part of encodedBytes(source, { index: 0, ...rows }, output, columnNames)) {
      io.signal.throwIfAborted();
      await (terminal?.write(part) ?? write(io.stdout, part));
    }
    await terminal?.end();
  });
}

/** `slice`: prints rows as a writer would write them, to reproduce one chunk. */
export function sliceCommand(io: () => CommandIo): Command {
  const command = new Command('slice')
    .description('print rows of a source as a writer would write them')
    .argument('<source...>', SOURCE_HELP)
    .option('--rows <a:b>', 'rows from a up to, not including, b (default: all)', parseRows)
    .option('--version-id <id>', 'version of an object in S3 (default: the newest)')
    .option('--header', 'begin with a header line')
    .option('--full', 'print whole rows on a terminal, however long they are');
  return addOutputOptions(addSourceOptions(command))
    .addOption(compressionOption())
    .addHelpText('after', EXAMPLES)
    .action((locations: readonly string[], options: SliceOptions) =>
      slice(locations, options, io()),
    );
}
