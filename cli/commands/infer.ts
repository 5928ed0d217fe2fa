import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { type CommandIo, printResult, write } from '#cli/frame/command-io.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { assertNoDatabase } from '#cli/options/database-request.ts';
import { givenFunctions } from '#cli/options/functions-option.ts';
import {
  addRequestOption,
  givenRequest,
  parseGiven,
  type RequestFields,
} from '#cli/options/request-file.ts';
import { SOURCE_HELP } from '#cli/options/source-options.ts';
import { addTableOptions, type TableFlags, tableSection } from '#cli/options/table-options.ts';
import { parseTableRequest } from '#cli/options/table-request.ts';
import {
  addTransformOption,
  type TransformFlag,
  transformSection,
} from '#cli/options/transform-option.ts';
import {
  columnLines,
  formatLine,
  labelled,
  sampleLine,
  transformedLines,
} from '#cli/tables/describe-table.ts';
import { inferredRequest, parseInferred } from '#cli/tables/infer-request.ts';
import { lookAtTable } from '#cli/tables/look-at-table.ts';
import { withTable } from '#cli/tables/with-table.ts';
import { RequestError, TransformError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { InferredTable } from '#core/tables/infer/inferred-table.ts';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';

interface InferOptions extends TableFlags, TransformFlag {
  readonly widen?: true;
  readonly out?: string;
  readonly request?: string;
}

/** A request that was proposed, and the objects of its source. */
interface Proposed {
  readonly request: RequestFields;
  readonly uris: readonly string[];
  readonly store: ObjectStore;
}

const EXAMPLES = `
Examples:
  $ npx sparse-fanout infer flights.csv
  $ npx sparse-fanout infer flights.csv --null-text NA --out request.json
  $ npx sparse-fanout infer s3://bucket/events/ --format jsonl --widen --json > request.json
  $ npx sparse-fanout infer flights.csv --transform clean.sql --out request.json
  $ npx sparse-fanout inspect --request request.json
`;

/** What is printed beside what was inferred. */
interface Shown {
  readonly notes: readonly string[];
  readonly out: string | undefined;
  readonly transformed: ShownRows | undefined;
}

function prose(inferred: InferredTable, { notes, out, transformed }: Shown): string {
  const lines = labelled([
    ['format', formatLine(inferred)],
    ['sample', sampleLine(inferred.sample)],
    ...notes.map((note) => ['note', note] as const),
    ...(out === undefined ? [] : [['request', out] as const]),
  ]);
  const [title = '', ...columns] = columnLines(inferred);
  const made = transformed === undefined ? [] : ['', ...transformedLines(transformed)];
  return [...lines, '', title, ...columns, ...made].join('\n');
}

/** @throws {UsageError} the file is there already. */
async function writeRequest(file: string, request: RequestFields): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(request, undefined, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new UsageError(`--out ${file} exists already; name a new file, or remove it first`);
  }
}

/**
 * What the transform of a proposed request makes of the table; a sentence if it does not fit the
 * proposed columns, which may be given other types.
 */
async function transformedOf(
  { request, ...table }: Proposed,
  { options, signal }: { readonly options: InferOptions; readonly signal: AbortSignal },
): Promise<ShownRows | string | undefined> {
  const asked = parseInferred(request);
  if (asked.transform === undefined) return undefined;
  // Loaded only here, as the engine takes a while to load.
  const { modules: functions } = await givenFunctions(options);
  const { transformedRows } = await import('#cli/tables/transformed-rows.ts');
  try {
    return await transformedRows(
      { uris: table.uris, asked },
      { store: table.store, functions, signal },
    );
  } catch (error) {
    if (!(error instanceof RequestError || error instanceof TransformError)) throw error;
    return error.message;
  }
}

async function infer(
  locations: readonly string[],
  options: InferOptions,
  io: CommandIo,
): Promise<void> {
  const flags = { source: tableSection(options), ...(await transformSection(options)) };
  const given = await givenRequest({ locations, request: options.request, flags });
  assertNoDatabase(given);
  const asked = parseGiven(given, parseTableRequest);
  const use = async (table: Parameters<typeof lookAtTable>[0]) => {
    const inferred = await lookAtTable(table, asked, options.widen === true);
    const request = inferredRequest(given, { uris: table.uris, asked }, inferred);
    const { uris, store } = table;
    const transformed = await transformedOf(
      { request, uris, store },
      { options, signal: io.signal },
    );
    const { out } = options;
    if (out !== undefined) await writeRequest(out, request);
    const isWrong = typeof transformed === 'string';
    const notes = [...inferred.notes, ...(isWrong ? [transformed] : [])];
    if (io.json) for (const note of notes) await write(io.stderr, `note: ${note}\n`);
    await printResult(
      io,
      request,
      prose(inferred, { notes, out, transformed: isWrong ? undefined : transformed }),
    );
  };
  await withTable(given.locations, asked, { signal: io.signal, use });
}

/** `infer`: proposes the schema of a table by a sample of it. */
export function inferCommand(io: () => CommandIo): Command {
  const command = new Command('infer')
    .description('propose the schema of a table (CSV, JSON lines, Parquet), as a whole request')
    .argument('[source...]', SOURCE_HELP)
    .option('--widen', 'BIGINT and DOUBLE instead of the smallest types that hold the sample')
    .option('--out <file.json>', 'write the request into this new file');
  return addRequestOption(addTransformOption(addTableOptions(command)))
    .addHelpText('after', EXAMPLES)
    .action((locations: readonly string[], options: InferOptions) =>
      infer(locations, options, io()),
    );
}
