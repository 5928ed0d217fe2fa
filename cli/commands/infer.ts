import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { type CommandIo, printResult, write } from '#cli/frame/command-io.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import {
  addRequestOption,
  givenRequest,
  parseGiven,
  type RequestFields,
} from '#cli/options/request-file.ts';
import { SOURCE_HELP } from '#cli/options/source-options.ts';
import { addTableOptions, type TableFlags, tableSection } from '#cli/options/table-options.ts';
import { parseTableRequest } from '#cli/options/table-request.ts';
import { columnLines, formatLine, labelled, sampleLine } from '#cli/tables/describe-table.ts';
import { inferredRequest } from '#cli/tables/infer-request.ts';
import { lookAtTable } from '#cli/tables/look-at-table.ts';
import { withTable } from '#cli/tables/with-table.ts';
import type { InferredTable } from '#core/tables/infer/inferred-table.ts';

interface InferOptions extends TableFlags {
  readonly widen?: true;
  readonly out?: string;
  readonly request?: string;
}

const EXAMPLES = `
Examples:
  $ npm run -s cli -- infer flights.csv
  $ npm run -s cli -- infer flights.csv --null-text NA --out request.json
  $ npm run -s cli -- infer s3://bucket/events/ --format jsonl --widen --json > request.json
  $ npm run -s cli -- inspect --request request.json
`;

function prose(inferred: InferredTable, out: string | undefined): string {
  const lines = labelled([
    ['format', formatLine(inferred)],
    ['sample', sampleLine(inferred.sample)],
    ...inferred.notes.map((note) => ['note', note] as const),
    ...(out === undefined ? [] : [['request', out] as const]),
  ]);
  const [title = '', ...columns] = columnLines(inferred);
  return [...lines, '', title, ...columns].join('\n');
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

async function infer(
  locations: readonly string[],
  options: InferOptions,
  io: CommandIo,
): Promise<void> {
  const flags = { source: tableSection(options) };
  const given = await givenRequest({ locations, request: options.request, flags });
  const asked = parseGiven(given, parseTableRequest);
  const use = async (table: Parameters<typeof lookAtTable>[0]) => {
    const inferred = await lookAtTable(table, asked, options.widen === true);
    const request = inferredRequest(given, { uris: table.uris, asked }, inferred);
    if (options.out !== undefined) await writeRequest(options.out, request);
    if (io.json) for (const note of inferred.notes) await write(io.stderr, `note: ${note}\n`);
    await printResult(io, request, prose(inferred, options.out));
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
  return addRequestOption(addTableOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((locations: readonly string[], options: InferOptions) =>
      infer(locations, options, io()),
    );
}
