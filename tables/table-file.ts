import type { TableFile } from '@sparse-fanout/engine';
import { fieldIds } from '#core/iceberg/field-ids.ts';
import type { Companion } from '#core/tables/companions/companion-names.ts';
import { copiedColumns } from '#core/tables/postgres/copied-columns.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { isLeaf } from '#core/tables/schema/column-type.ts';
import { jsonValues } from '#core/tables/schema/json-values.ts';
import { canonicalSchema, type TableSchema } from '#core/tables/schema/table-schema.ts';

/** What a file of an output has besides its form. */
export interface FileParts {
  /** Absolute, in the engine's directory. */
  readonly path: string;
  /** Of Parquet. */
  readonly rowGroupRows: number;
  /** Columns of the table. */
  readonly columns: number;
}

/** What a file has that is kept. */
export interface OutputParts extends Omit<FileParts, 'columns'> {
  readonly schema: TableSchema;
  /** All columns of the table, where the file lacks those of partitions. @default the schema */
  readonly table?: TableSchema;
  /** Of the footer of Parquet, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
  /** Whose readers the file is for. @default none */
  readonly companions?: readonly Companion[] | undefined;
}

/** Values between two steps: every one is computed, and none is compressed. */
export const VALUES = { format: 'parquet', compression: 'none', rowGroupBytes: 0 } as const;

/** The engine takes the memory of all dictionaries before it has a text: 1 MiB for each column. */
const DICTIONARY_BYTES = { all: 128 * 1024 * 1024, each: 1024 * 1024 };

/** Of tables with many columns: most bytes of the dictionary of one. */
function dictionaryOf(columns: number): { readonly dictionaryBytes?: number } {
  const { all, each } = DICTIONARY_BYTES;
  return columns * each > all ? { dictionaryBytes: Math.floor(all / columns) } : {};
}

/** What COPY of PostgreSQL takes. */
const COPIED = { format: 'csv', compression: 'none', header: false, delimiter: ',' } as const;

/** A file of a form, as the engine writes it. */
export function tableFileOf(output: TableOutput, parts: FileParts): TableFile {
  const { path, rowGroupRows, columns } = parts;
  if (output.format === 'postgres') return { ...COPIED, path };
  if (output.format !== 'parquet') return { ...output, path };
  const { format, compression } = output;
  return { path, format, compression, rowGroupRows, ...dictionaryOf(columns) };
}

/**
 * Columns of more values end without a dictionary nearly always, and to try it takes 6 % of the
 * time of a writer. Up to it the engine has one for five rows. It takes the memory of so many for
 * each column, whatever there are, so wide tables are left to it.
 */
const DICTIONARY_VALUES = 8192;
const WIDE = 64;
const ROWS_OF_VALUE = 5;

/** The numbers of the columns of a file, which are those that they have in the table. */
function fieldIdsOf(schema: TableSchema, table: TableSchema): ReturnType<typeof fieldIds> {
  const names = new Set(schema.map(({ name }) => name));
  return fieldIds(canonicalSchema(table)).filter(({ name }) => names.has(name));
}

/** A file of an output, as the engine writes it. */
export function outputFileOf(output: TableOutput, parts: OutputParts): TableFile {
  const { schema, table = schema, keyValues, companions, ...own } = parts;
  const file = tableFileOf(output, { ...own, columns: schema.length });
  if (file.format === 'csv') {
    return output.format === 'postgres' ? { ...file, ...copiedColumns(schema) } : file;
  }
  if (file.format === 'jsonl') {
    const values = jsonValues(schema);
    return { ...file, ...(values && { values }) };
  }
  const isPlain = schema.length <= WIDE && schema.every(({ type }) => isLeaf(type));
  const values = Math.min(DICTIONARY_VALUES, Math.ceil(own.rowGroupRows / ROWS_OF_VALUE));
  return {
    ...file,
    ...(isPlain && { dictionaryValues: values }),
    ...(keyValues && { keyValues }),
    ...(companions?.includes('iceberg') && { fieldIds: fieldIdsOf(schema, table) }),
  };
}
