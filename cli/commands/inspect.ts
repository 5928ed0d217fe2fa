import { Command } from 'commander';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';
import {
  addChunkingOptions,
  type ChunkingOptions,
  chunkingSection,
} from '#cli/options/chunking-options.ts';
import { assertNoDatabase } from '#cli/options/database-request.ts';
import { givenFunctions } from '#cli/options/functions-option.ts';
import { parseMatrixRequest } from '#cli/options/matrix-request.ts';
import {
  addOutputOptions,
  type OutputOptions,
  outputSection,
  singleOption,
} from '#cli/options/output-options.ts';
import {
  addRequestOption,
  type GivenRequest,
  givenRequest,
  parseGiven,
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
import { type GivenSource, withSource } from '#cli/sources/with-source.ts';
import { inspectInbox } from '#cli/tables/inspect-inbox.ts';
import { inspectTable } from '#cli/tables/inspect-table.ts';
import { sourceKind } from '#cli/tables/source-kind.ts';
import { type PlanOptions, planChunks } from '#core/chunks/plan-chunks.ts';
import type { RowRange } from '#core/contract.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { describeSource } from '#core/sources/describe-source.ts';
import { factsOf } from '#core/sources/open-source.ts';
import { SHOWN_AT_ENDS, shownEnds } from '#core/sources/shown-ends.ts';
import type { Names } from '#core/sparse/names.ts';
import { readLabels } from '#core/sparse/read-labels.ts';
import { readRowNames } from '#core/sparse/read-row-names.ts';
import { type RowNames, textsOf } from '#core/sparse/row-names.ts';

interface InspectOptions
  extends OutputOptions,
    ChunkingOptions,
    SourceFlags<string>,
    TransformFlag {
  readonly request?: string;
}

const EXAMPLES = `
Examples:
  $ npx sparse-fanout inspect matrix.npz
  $ npx sparse-fanout inspect s3://bucket/matrix.npz --rows-per-chunk 50000 --json
  $ npx sparse-fanout inspect flights.parquet
  $ npx sparse-fanout inspect s3://bucket/events/ --format jsonl
  $ npx sparse-fanout inspect --request request.json --transform clean.sql
  $ npx sparse-fanout inspect --request inbox.json
`;

/** What `inspect` prints: an object with `--json`, else lines of text. */
interface Inspection {
  readonly fields: object;
  readonly prose: string;
}

/** Enough to show that there are more. */
const KEPT = 2 * SHOWN_AT_ENDS + 1;

function quotedEnds(names: readonly string[]): string {
  return ends(names.map((name) => JSON.stringify(name)));
}

function ends(list: readonly string[]): string {
  return shownEnds(list).join(', ');
}

/** All names if they are few, else more than are shown from their start and from their end. */
async function namesAtEnds(names: Names): Promise<readonly string[]> {
  const kept: string[] = [];
  for await (const batch of names.read()) {
    kept.push(...batch);
    if (kept.length > KEPT) kept.splice(SHOWN_AT_ENDS, kept.length - KEPT);
  }
  return kept;
}

/** Ranges of the first and of the last rows; all of them if they are few. */
function rowsAtEnds(rows: number): readonly RowRange[] {
  if (rows <= KEPT) return [{ rowStart: 0, rowEnd: rows }];
  return [
    { rowStart: 0, rowEnd: SHOWN_AT_ENDS + 1 },
    { rowStart: rows - SHOWN_AT_ENDS, rowEnd: rows },
  ];
}

/** The texts of the first and last rows, if there are any. */
async function textsAtEnds(
  { source }: GivenSource,
  read: (rows: RowRange) => AsyncGenerator<RowNames> | undefined,
): Promise<readonly string[] | undefined> {
  const kept: string[] = [];
  for (const rows of rowsAtEnds(source.shape[0])) {
    const batches = read(rows);
    if (batches === undefined) return undefined;
    for await (const batch of batches) kept.push(...textsOf(batch));
  }
  return kept;
}

async function inspectSource(given: GivenSource, plan: PlanOptions): Promise<Inspection> {
  const { pin, layout, stagedBytes, source, parts, ignored } = given;
  const names = given.columnNames && (await namesAtEnds(given.columnNames));
  const { storedRowNames, storedLabels } = source;
  const rowNames = await textsAtEnds(
    given,
    (rows) => storedRowNames && readRowNames(storedRowNames, rows),
  );
  const labels = await textsAtEnds(
    given,
    (rows) => storedLabels && readLabels(storedLabels, rows, 'nan'),
  );
  const { uri, size, etag } = pin;
  let chunks = 0;
  for await (const _ of planChunks(source, plan)) chunks += 1;
  const { bounds } = matrixOutputOf(plan.output);
  const { min: minTextBytes, max: maxTextBytes } = bounds(factsOf(layout));
  const described = describeSource(layout, stagedBytes);
  const { chunking } = plan;
  const lines = [
    ['source', `${uri} (${formatBytes(size)}, etag ${etag})`],
    ...described.lines({ count: formatCount, bytes: formatBytes }),
    ...(parts.length > 1 ? [['parts', ends(parts)] as const] : []),
    ...(ignored.length > 0 ? [['ignored', ends(ignored)] as const] : []),
    ...(names ? [['names', quotedEnds(names)] as const] : []),
    ...(rowNames ? [['index', quotedEnds(rowNames)] as const] : []),
    ...(labels ? [['labels', quotedEnds(labels)] as const] : []),
    ['text', `${formatBytes(minTextBytes)} to ${formatBytes(maxTextBytes)}`],
    ['chunks', formatCount(chunks)],
  ] as const;
  return {
    fields: {
      ...{ uri, size, etag, ...described.fields, partUris: shownEnds(parts), ignored },
      ...(names && { columnNames: shownEnds(names) }),
      ...(rowNames && { rowNames: shownEnds(rowNames) }),
      ...(labels && { labels: shownEnds(labels) }),
      ...{ minTextBytes, maxTextBytes, chunking, chunks },
    },
    prose: lines.map(([label, text]) => `${label.padEnd(8)} ${text}`).join('\n'),
  };
}

async function inspectMatrix(given: GivenRequest, io: CommandIo): Promise<void> {
  const { source, output, chunking } = parseGiven(given, parseMatrixRequest);
  const asked = {
    ...{ locations: given.locations, versionId: source.versionId, order: source.order },
    options: source.options,
    columnNames: { given: source.columnNames },
    label: matrixOutputOf(output.spec).label,
    labels: matrixOutputOf(output.spec).labels,
    withRowNames: matrixOutputOf(output.spec).printsRowNames,
  };
  const plan = { output: output.spec, chunking };
  const inspection = await withSource(asked, io.signal, (found) => inspectSource(found, plan));
  await printResult(io, inspection.fields, inspection.prose);
}

/** What the options say, as a request. */
async function flagsOf(options: InspectOptions) {
  const output = outputSection(options);
  return {
    source: sourceSection(options),
    ...(Object.keys(output).length > 0 && { output }),
    ...chunkingSection(options),
    ...(await transformSection(options)),
  };
}

async function inspect(
  locations: readonly string[],
  options: InspectOptions,
  io: CommandIo,
): Promise<void> {
  const flags = await flagsOf(options);
  const given = await givenRequest({ locations, request: options.request, flags });
  assertNoDatabase(given);
  if (given.inbox !== undefined) return await inspectInbox(given, io);
  if ((await sourceKind(given, io.signal)) === 'matrix') return await inspectMatrix(given, io);
  const { modules } = await givenFunctions(options);
  await inspectTable(given, modules, io);
}

/** `inspect`: shows what a source holds and what a run would write. Reads headers and `indptr`. */
export function inspectCommand(io: () => CommandIo): Command {
  const command = new Command('inspect')
    .description('show what a source holds; of a matrix predict its text and chunks')
    .argument('[source...]', SOURCE_HELP);
  addChunkingOptions(addOutputOptions(addSourceOptions(command, ALL_FORMATS))).addOption(
    singleOption(),
  );
  return addRequestOption(addTransformOption(command))
    .addHelpText('after', EXAMPLES)
    .action((locations: readonly string[], options: InspectOptions) =>
      inspect(locations, options, io()),
    );
}
