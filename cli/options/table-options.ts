import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TextCompression } from '#core/tables/text/read-text.ts';
import { parseDelimiter } from './output-options.ts';
import { TABLE_COMPRESSIONS, TABLE_FORMATS, type TableFormatName } from './table-request.ts';

/** How a table is read, as given on the command line. What was not given is absent. */
export interface TableFlags {
  readonly format?: TableFormatName;
  readonly compression?: TextCompression;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly nullText?: readonly string[];
  readonly byName?: true;
}

function collectNull(text: string, before: readonly string[] = []): readonly string[] {
  if (before.includes(text)) throw new InvalidArgumentError('It was given already');
  return [...before, text];
}

/** Adds the options that say how a table is read. */
export function addTableOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <name>', 'format (default: found from names and content)').choices(
        TABLE_FORMATS,
      ),
    )
    .addOption(
      new Option('--compression <name>', 'of texts (default: found from content)').choices(
        TABLE_COMPRESSIONS,
      ),
    )
    .option(
      '--delimiter <character>',
      'csv: between fields, \\t for a tab (default: found from the text)',
      parseDelimiter,
    )
    .option('--header', 'csv: the first record has the names (default: found from the text)')
    .option('--no-header', 'csv: the first record is data')
    .option(
      '--null-text <text>',
      'csv: unquoted fields of this text are NULL; repeat it for several (default: empty fields)',
      collectNull,
    )
    .option('--by-name', 'match columns by name where objects have different ones');
}

/** The `source` section of a request of a table, without its objects. */
export function tableSection(flags: TableFlags) {
  const { format, compression, delimiter, header, nullText, byName } = flags;
  const csv = {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
    ...(nullText !== undefined && { nullText }),
  };
  return {
    ...(format !== undefined && { format }),
    ...(compression !== undefined && { compression }),
    ...(Object.keys(csv).length > 0 && { csv }),
    ...(byName !== undefined && { byName }),
  };
}
