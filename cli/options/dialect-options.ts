import { type Command, Option } from 'commander';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { type CsvDialect, PROFILE_ALIASES } from '#core/outputs/csv/csv-dialect.ts';
import { parseRequest } from '#core/request/request.ts';

/** How the text is to be written, as given on the command line; what is not given is left out. */
export interface DialectOptions {
  readonly profile?: string;
  readonly delimiter?: string;
  readonly naRep?: string;
}

/** A tab is hard to type: `\t` stands for it. */
function parseDelimiter(text: string): string {
  return text === '\\t' ? '\t' : text;
}

/** Adds the options that decide how cells are written. */
export function addDialectOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--profile <name>', 'what an unstored cell prints (default: typed)').choices(
        Object.keys(PROFILE_ALIASES),
      ),
    )
    .option('--delimiter <character>', 'between cells, \\t for a tab (default: ,)', parseDelimiter)
    .option('--na-rep <text>', 'text of a stored NaN (default: nothing)');
}

/** How chunks are stored. */
export function compressionOption(): Option {
  return new Option('--compression <name>', 'plain text, or one gzip member a chunk')
    .choices(COMPRESSIONS)
    .default('none');
}

/** The `output.text` section of a request. */
export function textSection(
  options: DialectOptions,
  header: CsvDialect['header'],
): Readonly<Record<string, string>> {
  const { profile, delimiter, naRep } = options;
  return {
    header,
    ...(profile !== undefined && { profile }),
    ...(delimiter !== undefined && { delimiter }),
    ...(naRep !== undefined && { naRep }),
  };
}

/**
 * The dialect that a run with these options would write. The request's own parser decides, so that
 * both always agree.
 *
 * @throws {RequestError} naming each value that is not allowed.
 */
export function parseDialect(options: DialectOptions, header: CsvDialect['header']): CsvDialect {
  const text = textSection(options, header);
  return parseRequest({ source: 's3://command-line/matrix.npz', output: { text } }).output.text;
}
