import { Command } from 'commander';
import {
  addDeploymentOptions,
  type DeploymentOptions,
} from '#cli/deployment/deployment-options.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount, formatCounted, namedChunks } from '#cli/frame/format-figures.ts';
import { createProgress, type Progress, SILENT } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import {
  addFunctionsOption,
  type FunctionsFlag,
  givenFunctions,
} from '#cli/options/functions-option.ts';
import { LABEL_URI_HELP } from '#cli/options/output-options.ts';
import { addPostgresOption, type PostgresFlag } from '#cli/options/postgres-option.ts';
import {
  addSourceOptions,
  type SourceFlags,
  sourceOptions,
  sourceSection,
} from '#cli/options/source-options.ts';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import { withSource } from '#cli/sources/with-source.ts';
import { companionProblems } from '#cli/verify/companion-problems.ts';
import { generationProblems } from '#cli/verify/generation-problems.ts';
import { icebergProblems } from '#cli/verify/iceberg-problems.ts';
import { labelsOfRun } from '#cli/verify/labels-of-run.ts';
import { manifestProblems } from '#cli/verify/manifest-problems.ts';
import { namesProblems } from '#cli/verify/names-problems.ts';
import { readSegments } from '#cli/verify/read-segments.ts';
import { rederiveSample } from '#cli/verify/rederive.ts';
import { segmentProblems } from '#cli/verify/segment-problems.ts';
import { withNamedRun } from '#cli/verify/with-named-run.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError, SourceNotFoundError } from '#core/errors.ts';
import type { ManifestEntry } from '#core/manifest/manifest.ts';
import type { Output } from '#core/outputs/output.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { outputOf } from '#core/run/run-output.ts';

interface VerifyOptions extends SourceFlags, FunctionsFlag, PostgresFlag, DeploymentOptions {
  readonly expect?: string;
  readonly source?: readonly string[];
  readonly labelUri?: string;
  readonly sample: number;
  readonly seed: number;
}

/** What `verify --json` prints. */
interface Verification {
  readonly runId: string;
  /** Number of runs whose rows are in the output. */
  readonly generations: number;
  readonly chunks: number;
  readonly rows: number;
  readonly bytes: number;
  readonly crc32: string;
  /** Chunks that were derived from the source again and found equal byte for byte. */
  readonly rederived: readonly number[];
  /** The table that its rows are equal to, if one was given. */
  readonly expected?: string;
}

/** Most problems that are printed; of the others only the number is. */
const MAX_PROBLEMS = 5;
const DEFAULT_SAMPLE = 3;
const DEFAULT_SEED = 1;

const EXAMPLES = `
Examples:
  $ npx sparse-fanout verify chunks
  $ npx sparse-fanout verify chunks --source matrix.npz --sample 10
  $ npx sparse-fanout verify files --source events/ --sample 5
  $ npx sparse-fanout verify test --expect truth.parquet
  $ npx sparse-fanout verify receipts --postgres main=url.txt
  $ npx sparse-fanout verify s3://bucket/run/ --source s3://bucket/matrix.npz
  $ npx sparse-fanout verify latest --source matrix.npz --local .sparse-fanout/up
`;

function assertNone(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - MAX_PROBLEMS;
  const rest = more > 0 ? `; and ${more} more` : '';
  throw new ManifestError(`${problems.slice(0, MAX_PROBLEMS).join('; ')}${rest}`);
}

/** @throws {UsageError} flags say how to read a source whose manifest says so. */
function assertNoFlags(options: VerifyOptions): void {
  const [name] = Object.keys(sourceSection(options));
  if (name === undefined) return;
  throw new UsageError(
    `the manifest says how the table is read, got ${name} of its source too; leave that flag out`,
  );
}

async function differences(
  chunk: ByteSource,
  entry: ManifestEntry,
  output: Output,
): Promise<string[]> {
  const name = `chunk ${entry.index}`;
  const { content_length, record_count } = entry.meta;
  if (chunk.size !== content_length) {
    return [`${name} has ${chunk.size} bytes, the manifest says ${content_length}`];
  }
  const { bytes, records, crc32 } = await output.check(readBlocks(chunk), chunk.uri);
  const problems: string[] = [];
  if (bytes !== entry.contentBytes) {
    problems.push(`${name} has ${bytes} bytes of text, the manifest says ${entry.contentBytes}`);
  }
  if (crc32Hex(crc32) !== entry.crc32) {
    problems.push(`${name} has CRC-32 ${crc32Hex(crc32)}, the manifest says ${entry.crc32}`);
  }
  if (records !== undefined && records !== record_count) {
    problems.push(`${name} has ${records} records, the manifest says ${record_count}`);
  }
  return problems;
}

async function chunkProblems(run: StoredRun, entry: ManifestEntry): Promise<string[]> {
  try {
    const output = outputOf(run.manifest.output);
    return await run.withChunk(entry, (chunk) => differences(chunk, entry, output));
  } catch (error) {
    if (error instanceof SourceNotFoundError) return [`chunk ${entry.index} is missing`];
    if (error instanceof ManifestError) return [error.message];
    throw error;
  }
}

async function allChunkProblems(
  run: StoredRun,
  signal: AbortSignal,
  progress: Progress,
): Promise<string[]> {
  const segments = await readSegments(run);
  if (segments.length > 0) return await segmentProblems(run, segments, signal);
  const problems: string[] = [];
  const { entries } = run.manifest;
  let bytes = 0;
  for (const [done, entry] of entries.entries()) {
    signal.throwIfAborted();
    const stage = { title: 'verifying', unit: 'chunks', done, total: entries.length } as const;
    progress.show({ ...stage, bytes, isBrief: true });
    problems.push(...(await chunkProblems(run, entry)));
    bytes += entry.meta.content_length;
  }
  return problems;
}

function prose(verification: Verification): string {
  const { generations, chunks, rows, bytes, crc32, rederived, expected } = verification;
  const appended = generations > 1 ? ` of ${formatCount(generations)} generations` : '';
  const again = rederived.length > 0 ? `; derived again and equal: ${namedChunks(rederived)}` : '';
  const equal = expected === undefined ? '' : `; row by row as ${expected}`;
  return `verified ${formatCounted(chunks, 'chunk')}${appended}, ${formatCounted(rows, 'row')}, ${formatBytes(bytes)}, CRC-32 ${crc32}${again}${equal}`;
}

/** Derives sampled chunks again, if a source is given. @returns their indices */
async function rederive(
  run: StoredRun,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<number[]> {
  const { output, columnNames: named } = run.manifest;
  const { source: locations } = options;
  if (locations === undefined) return [];
  if (output.kind === 'table') {
    assertNoFlags(options);
    // Loaded only here: the engine takes a while to load, and matrices do not need it.
    const { rederiveTable } = await import('#cli/verify/rederive-table.ts');
    const { modules: functions } = await givenFunctions(options);
    const given = { locations, functions, file: output.file };
    return await rederiveTable(run, given, options, signal);
  }
  const columnNames = named && { given: options.columnNames };
  const printed = matrixOutputOf(output);
  const asked = {
    ...{ locations, options: sourceOptions(options), columnNames },
    withRowNames: printed.printsRowNames,
    ...labelsOfRun(run, printed, options.labelUri),
  };
  return await withSource(asked, signal, (given) => rederiveSample(run, given, options));
}

/** Compares the rows of a table with those that are expected, if they are given. */
async function compareExpected(
  run: StoredRun,
  location: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (location === undefined) return;
  const { output } = run.manifest;
  if (output.kind !== 'table') {
    throw new UsageError(
      '--expect compares the rows of a table, but the output is of a matrix; give --source instead',
    );
  }
  const { assertExpectedTable } = await import('#cli/expect/compare-output.ts');
  await assertExpectedTable(run, { location, file: output.file }, signal);
}

/** Compares a load with its database, if that is given. */
async function problemsInDatabase(
  run: StoredRun,
  { postgres }: VerifyOptions,
  signal: AbortSignal,
): Promise<string[]> {
  if (postgres === undefined) return [];
  // Loaded only here: no other run needs the client.
  const { databaseProblems } = await import('#cli/verify/database-problems.ts');
  return await databaseProblems(run, postgres, signal);
}

/**
 * Reads every chunk of a run again, and compares the chunks and the generations with the manifest.
 *
 * @param progress shows the chunks that were read. @default nobody sees it
 * @throws {ManifestError} with the first problems and the number of the others.
 * @throws {ExpectationError} its rows are not those of the expected table.
 */
export async function verifyRun(
  run: StoredRun,
  options: VerifyOptions,
  signal: AbortSignal,
  progress: Progress = SILENT,
): Promise<Verification> {
  const { manifest } = run;
  assertNone([
    ...manifestProblems(run),
    ...(await generationProblems(run)),
    ...(await namesProblems(run)),
    ...(await companionProblems(run)),
    ...(await icebergProblems(run)),
    ...(await allChunkProblems(run, signal, progress)),
    ...(await problemsInDatabase(run, options, signal)),
  ]);
  const rederived = await rederive(run, options, signal);
  const { expect: expected } = options;
  await compareExpected(run, expected, signal);
  const { chunks, rows, bytes, crc32 } = manifest.totals;
  const generations = manifest.generations.length;
  const totals = { chunks, rows, bytes, crc32 };
  const equal = expected === undefined ? {} : { expected };
  return { runId: manifest.runId, generations, ...totals, rederived, ...equal };
}

async function verify(location: string, options: VerifyOptions, io: CommandIo): Promise<void> {
  const progress = createProgress(io);
  const verification = await withNamedRun(location, options, io.signal, (run) =>
    verifyRun(run, options, io.signal, progress),
  ).finally(() => progress.stop());
  await printResult(io, verification, prose(verification));
}

/** `verify`: reads every chunk of a finished run again and compares it with the manifest. */
export function verifyCommand(io: () => CommandIo): Command {
  const command = new Command('verify')
    .description('read every chunk of a run again and compare it with its manifest')
    .argument(
      '<run>',
      'directory of local run --out, s3:// URI of an output or a manifest, run id, name or ARN of an execution, or latest',
    )
    .option(
      '--source <source...>',
      'derive sampled chunks again from this file, folder or s3:// URI',
    )
    .option('--label-uri <location>', LABEL_URI_HELP)
    .option(
      '--expect <table>',
      'table: compare all rows with those of a CSV, JSON lines or Parquet file or s3:// URI',
    )
    .option('--sample <n>', 'chunks to derive again', parseCount, DEFAULT_SAMPLE)
    .option('--seed <n>', 'which chunks are sampled', parseCount, DEFAULT_SEED);
  return addDeploymentOptions(addPostgresOption(addFunctionsOption(addSourceOptions(command))))
    .addHelpText('after', EXAMPLES)
    .action((location: string, options: VerifyOptions) => verify(location, options, io()));
}
