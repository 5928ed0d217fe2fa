import { type Command, Option } from 'commander';
import { PART_ORDERS, type PartOrder } from '#core/sources/part-order.ts';
import { FORMATS, type SourceFormat } from '#core/sparse/formats/format-names.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { parseCount } from './argument-parsers.ts';
import { TABLE_FORMATS } from './table-request.ts';

/**
 * How a source is to be read, as given on the command line. Its content decides what was not given.
 */
export interface SourceFlags<F extends string = SourceFormat> {
  readonly format?: F;
  readonly layer?: string;
  readonly zeroBased?: true;
  readonly oneBased?: true;
  readonly labels?: true;
  readonly columns?: number;
  readonly featureIds?: true;
  readonly order?: PartOrder;
  readonly columnNames?: string;
}

/** Help for the argument that names a source. */
export const SOURCE_HELP = 'file, folder or s3:// URI; several are stacked by rows';

/** Formats of tables, too. */
export const ALL_FORMATS = [...FORMATS, ...TABLE_FORMATS] as const;

/** Adds the options that decide how a source is read. */
export function addSourceOptions(command: Command, formats: readonly string[] = FORMATS): Command {
  return command
    .addOption(
      new Option(
        '--format <name>',
        'format of the source (default: found from its content)',
      ).choices(formats),
    )
    .option('--layer <path>', 'h5ad and 10x: the matrix, such as layers/counts')
    .addOption(
      new Option('--zero-based', 'svmlight: columns are counted from 0').conflicts('oneBased'),
    )
    .option('--one-based', 'svmlight: columns are counted from 1')
    .option('--labels', 'svmlight: the label becomes the first column')
    .option('--feature-ids', '10x: name columns by the ids of their features')
    .option('--columns <n>', 'svmlight and npy: number of columns', parseCount)
    .addOption(
      new Option(
        '--order <name>',
        'order of the parts of a folder (default: by key, if that is the order of their numbers)',
      ).choices(PART_ORDERS),
    )
    .option(
      '--column-names <location>',
      'names for the header line: a file or s3:// URI, JSON or one name per line',
    );
}

/**
 * The options of a request's source. An option that was not given is left out, because every option
 * changes the run id.
 */
export function sourceOptions<F extends string = SourceFormat>(
  flags: SourceFlags<F>,
): Omit<SourceOptions, 'format'> & { readonly format?: F } {
  const { format, layer, zeroBased, oneBased, labels, columns, featureIds } = flags;
  return {
    ...(format !== undefined && { format }),
    ...(layer !== undefined && { layer }),
    ...(zeroBased !== undefined && { zeroBased }),
    ...(oneBased !== undefined && { zeroBased: false }),
    ...(labels !== undefined && { labels }),
    ...(columns !== undefined && { columns }),
    ...(featureIds !== undefined && { featureIds }),
  };
}

/** The `source` section of a request, without its objects. */
export function sourceSection(flags: SourceFlags<string>) {
  const { order, columnNames } = flags;
  return {
    ...sourceOptions(flags),
    ...(order !== undefined && { order }),
    ...(columnNames !== undefined && { columnNames }),
  };
}
