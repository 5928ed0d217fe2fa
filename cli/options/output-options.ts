import { type Command, Option } from 'commander';
import { COMPRESSIONS, type Compression } from '#core/outputs/compression.ts';
import { PROFILE_ALIASES } from '#core/outputs/csv/profiles.ts';
import { OUTPUT_KINDS } from '#core/outputs/output-kinds.ts';
import { TABLE_FORMATS } from './table-request.ts';

/**
 * How chunks are to be written, as given on the command line. An option that was not given is
 * absent.
 */
export interface OutputOptions<C extends string = Compression> {
  readonly profile?: string;
  readonly delimiter?: string;
  readonly naRep?: string;
  readonly compression?: C;
  readonly index?: true;
  readonly labelUri?: string;
  readonly outputFormat?: string;
  readonly indexBase?: '0' | '1';
  readonly single?: true;
}

/** Which chunks begin with a header line. */
export type Header = 'none' | 'first-chunk';

/** A tab is hard to type, so `\t` stands for it. */
export function parseDelimiter(text: string): string {
  return text === '\\t' ? '\t' : text;
}

/** Words of `output.format`, of matrices and of files of tables. */
const OUTPUT_FORMATS = [...new Set([...OUTPUT_KINDS, ...TABLE_FORMATS])];

export const LABEL_URI_HELP =
  'the label of each row: a .npy of one dimension, or a text with one per line';

/**
 * Adds the options that decide how rows are written.
 *
 * @param profileFlag where `--profile` is that of AWS, the profile of texts has another name.
 */
export function addOutputOptions(
  command: Command,
  profileFlag: '--profile' | '--text-profile' = '--profile',
): Command {
  return command
    .addOption(
      new Option(
        '--output-format <name>',
        'of chunks and files (default: csv, of tables parquet; slice prints csv)',
      ).choices(OUTPUT_FORMATS),
    )
    .addOption(
      new Option('--index-base <number>', 'svmlight output: number of the first column').choices([
        '0',
        '1',
      ]),
    )
    .addOption(
      new Option(`${profileFlag} <name>`, 'what an unstored cell prints (default: typed)').choices(
        Object.keys(PROFILE_ALIASES),
      ),
    )
    .option('--delimiter <character>', 'between cells, \\t for a tab (default: ,)', parseDelimiter)
    .option('--na-rep <text>', 'text of a stored NaN (default: nothing)')
    .option('--index', 'begin each row with its name, or without names with its number')
    .option('--label-uri <location>', LABEL_URI_HELP);
}

/** All rows as one object. */
export function singleOption(): Option {
  return new Option(
    '--single',
    'csv, svmlight: write one object, by parallel writers all the same',
  );
}

/** How chunks are stored. */
export function compressionOption(): Option {
  return new Option(
    '--compression <name>',
    'plain text, or one gzip member per chunk (default: none)',
  ).choices(COMPRESSIONS);
}

/** The `output` section of a request, without its `uri`; what was not given is left out. */
export function outputSection(options: OutputOptions<string>, header?: Header) {
  const { outputFormat, indexBase, single, compression } = options;
  const { profile, delimiter, naRep, index, labelUri } = options;
  const label = labelUri !== undefined && { label: { uri: labelUri } };
  const isText = outputFormat === undefined || outputFormat === 'csv';
  const text = {
    ...(isText && label),
    ...(header !== undefined && { header }),
    ...(profile !== undefined && { profile }),
    ...(delimiter !== undefined && { delimiter }),
    ...(naRep !== undefined && { naRep }),
    ...(index !== undefined && { index }),
  };
  return {
    ...(outputFormat !== undefined && { format: outputFormat }),
    ...(indexBase !== undefined && { zeroBased: indexBase === '0' }),
    ...(compression !== undefined && { compression }),
    ...(single !== undefined && { single }),
    ...(!isText && label),
    ...(Object.keys(text).length > 0 && { text }),
  };
}
