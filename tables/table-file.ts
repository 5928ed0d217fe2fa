import type { TableFile } from '@sparse-fanout/engine';
import type { TableOutput } from '#core/tables/run/asked-table.ts';

/** What a file of an output has besides its form. */
export interface FileParts {
  /** Absolute, in the engine's directory. */
  readonly path: string;
  /** Of Parquet. */
  readonly rowGroupRows: number;
  /** Columns of the table. */
  readonly columns: number;
  /** Of JSON lines: what {@link jsonValues} makes of the columns. */
  readonly values?: readonly string[] | undefined;
  /** Of the footer of Parquet, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
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

/** A file of an output, as the engine writes it. */
export function tableFileOf(output: TableOutput, parts: FileParts): TableFile {
  const { path, rowGroupRows, columns, values, keyValues } = parts;
  if (output.format === 'csv') return { ...output, path };
  if (output.format === 'jsonl') return { ...output, path, ...(values && { values }) };
  const { format, compression } = output;
  const file = { path, format, compression, rowGroupRows, ...dictionaryOf(columns) };
  return { ...file, ...(keyValues && { keyValues }) };
}
