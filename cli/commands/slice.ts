import { Command } from 'commander';
import { type CommandIo, write } from '#cli/frame/command-io.ts';
import { TerminalLines } from '#cli/frame/terminal-lines.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { type AskedRows, parseRows, rowsWithin } from '#cli/options/argument-parsers.ts';
import { assertNoDatabase } from '#cli/options/database-request.ts';
import { givenFunctions } from '#cli/options/functions-option.ts';
import { parseMatrixRequest } from '#cli/options/matrix-request.ts';
import {
  addOutputOptions,
  compressionOption,
  type OutputOptions,
  outputSection,
} from '#cli/options/output-options.ts';
import {
  addRequestOption,
  type GivenRequest,
  givenRequest,
  parseGiven,
  withFlags,
} from '#cli/options/request-file.ts';
import {
  ALL_FORMATS,
  addSourceOptions,
  SOURCE_HELP,
  type SourceFlags,
  sourceSection,
} from '#cli/options/source-options.ts';
import {
  addTransformOption,
  type TransformFlag,
  transformSection,
} from '#cli/options/transform-option.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { withSource } from '#cli/sources/with-source.ts';
import type { TableSliceOptions } from '#cli/tables/slice-table.ts';
import { sourceKind } from '#cli/tables/source-kind.ts';
import { assertWritable } from '#core/chunks/assert-writable.ts';
import { checkRows } from '#core/chunks/check-rows.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';

interface SliceOptions extends OutputOptions, SourceFlags<string>, TransformFlag {
  readonly rows?: AskedRows;
  readonly versionId?: string;
  readonly header?: true;
  readonly full?: true;
  readonly request?: string;
}

const EXAMPLES = `
Examples:
  $ npx sparse-fanout slice matrix.npz --rows 0:10
  $ npx sparse-fanout slice s3://bucket/matrix.npz --rows 50000:100000 --profile zero0 > chunk.csv
  $ npx sparse-fanout slice matrix.npz --rows :3 --header --delimiter '\\t' --na-rep NULL
  $ npx sparse-fanout slice matrix.npz --compression gzip > rows.csv.gz
  $ npx sparse-fanout slice matrix.npz --rows :9 --output-format svmlight --index-base 0
  $ npx sparse-fanout slice --request request.json --rows 0:10 --output-format jsonl
  $ npx sparse-fanout slice flights.parquet --rows 1000:1010 --header
`;

/** True if long rows are cut: on a terminal, unless all of them is asked for. */
function isCutFor({ stdout }: CommandIo, { full }: SliceOptions): boolean {
  return stdout.isTTY === true && full === undefined;
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

/** What the options say of the source and its rows, as a request. */
async function sourceFlags(options: SliceOptions) {
  const { versionId } = options;
  return {
    source: { ...sourceSection(options), ...(versionId !== undefined && { versionId }) },
    ...(await transformSection(options)),
  };
}

/** What the options say of the text of a matrix, as a request. */
function outputFlags(options: SliceOptions) {
  return { output: outputSection(options, options.header && 'first-chunk') };
}

/**
 * Prints rows as a writer would write them. They are read twice: every row is checked before the
 * first byte appears, and the pinned source is the same both times. Holds one slice at a time.
 */
async function sliceMatrix(
  given: GivenRequest,
  options: SliceOptions,
  io: CommandIo,
): Promise<void> {
  const { source, output } = parseGiven(given, parseMatrixRequest);
  const { spec } = output;
  const { versionId, order } = source;
  const printed = matrixOutputOf(spec);
  const { label, labels } = printed;
  const areUsed = printed.beginsWithNames(0) || typeof label === 'string';
  if (options.columnNames !== undefined && !areUsed) {
    throw new UsageError('--column-names needs --header, which prints them');
  }
  assertOneObject(given.locations, versionId);
  const columnNames = areUsed ? { given: source.columnNames } : undefined;
  const read = {
    options: source.options,
    columnNames,
    label,
    labels,
    withRowNames: printed.printsRowNames,
  };
  const asked = { locations: given.locations, versionId, order, ...read };
  await withSource(asked, io.signal, async ({ source, columnNames }) => {
    const rows = rowsWithin(options.rows, source.shape[0]);
    assertWritable(printed, source);
    await checkRows(source, rows);
    const isCut = !printed.isCompressed && isCutFor(io, options);
    const terminal = isCut ? new TerminalLines(io) : undefined;
    for await (const part of encodedBytes(source, { index: 0, ...rows }, spec, columnNames)) {
      io.signal.throwIfAborted();
      await (terminal?.write(part) ?? write(io.stdout, part));
    }
    await terminal?.end();
  });
}

/** How rows of a table are printed. @throws {UsageError} an option is of matrices. */
async function tableOptions(options: SliceOptions, io: CommandIo): Promise<TableSliceOptions> {
  const { delimiter = ',', compression = 'none', ...others } = options;
  const { profile, naRep, index, indexBase, labelUri } = others;
  if ([profile, naRep, index, indexBase, labelUri].some((given) => given !== undefined)) {
    throw new UsageError(
      '--profile, --na-rep, --index, --index-base and --label-uri are of matrices; leave them out',
    );
  }
  const { outputFormat: format = 'csv' } = options;
  if (format !== 'csv' && format !== 'jsonl') {
    throw new UsageError(`--output-format ${format} is not printed of a table; give csv or jsonl`);
  }
  const { modules } = await givenFunctions(options);
  return {
    ...{ rows: options.rows, format, delimiter, compression },
    header: options.header === true,
    isCut: compression === 'none' && isCutFor(io, options),
    functions: modules,
  };
}

async function slice(
  locations: readonly string[],
  options: SliceOptions,
  io: CommandIo,
): Promise<void> {
  const flags = await sourceFlags(options);
  const given = await givenRequest({ locations, request: options.request, flags });
  assertNoDatabase(given);
  if ((await sourceKind(given, io.signal)) === 'matrix') {
    if (options.outputFormat === 'jsonl') {
      throw new UsageError(
        '--output-format jsonl is of tables; give csv or another format of matrices',
      );
    }
    await sliceMatrix(withFlags(given, outputFlags(options)), options, io);
    return;
  }
  assertOneObject(given.locations, options.versionId);
  // Loaded only here: the engine takes a while to load, and a matrix does not need it.
  const { sliceTable } = await import('#cli/tables/slice-table.ts');
  await sliceTable(given, await tableOptions(options, io), io);
}

/** `slice`: prints rows as a writer would write them, to reproduce one chunk. */
export function sliceCommand(io: () => CommandIo): Command {
  const command = new Command('slice')
    .description('print rows of a source as a writer would write them')
    .argument('[source...]', SOURCE_HELP)
    .option('--rows <a:b>', 'rows from a up to, not including, b (default: all)', parseRows)
    .option('--version-id <id>', 'version of an object in S3 (default: the newest)')
    .option('--header', 'begin with a header line')
    .option('--full', 'print whole rows on a terminal, however long they are');
  return addRequestOption(
    addTransformOption(addOutputOptions(addSourceOptions(command, ALL_FORMATS))).addOption(
      compressionOption(),
    ),
  )
    .addHelpText('after', EXAMPLES)
    .action((locations: readonly string[], options: SliceOptions) =>
      slice(locations, options, io()),
    );
}
