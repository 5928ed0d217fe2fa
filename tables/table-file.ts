import type { TableFile } from '@sparse-fanout/engine';
import type { TableOutput } from '#core/tables/run/asked-table.ts';

/** What a file of an output has besides its form. */
export interface FileParts {
  /** Absolute, in the engine's directory. */
  readonly path: string;
  /** Of Parquet. */
  readonly rowGroupRows: number;
  /** Of the footer of Parquet, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
}

/** A file of an output, as the engine writes it. */
export function tableFileOf(output: TableOutput, parts: FileParts): TableFile {
  const { path, rowGroupRows, keyValues } = parts;
  if (output.format !== 'parquet') return { ...output, path };
  const { format, compression } = output;
  return { path, format, compression, rowGroupRows, ...(keyValues && { keyValues }) };
}
