import type { Inbox } from '#core/tables/inbox/inbox-rules.ts';
import type { LoadTarget } from '#core/tables/postgres/load-target.ts';
import type { PostgresSource } from '#core/tables/postgres/source-section.ts';
import type { ColumnsSection } from '#core/tables/schema/columns-section.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import type { Transform } from '#core/tables/schema/transform-section.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';

export type TableSourceFormat = 'csv' | 'jsonl' | 'parquet';

/** Where a table lies, and how it is read. */
export interface AskedTableSource {
  /** Objects, and folders whose URIs end with a slash; in the order of their rows. */
  readonly uris: readonly string[];
  /** Of the only object. */
  readonly versionId?: string;
  /** Names and content say it where it is absent. */
  readonly format?: TableSourceFormat;
  /** Of the texts; names and content say it where it is absent. */
  readonly compression?: TextCompression;
  readonly csv: CsvFormat;
  /** Whether columns that an object does not have are NULL, and headers may differ. */
  readonly byName: boolean;
  /** Set where a run takes in what arrived at its only URI, and no earlier generation has. */
  readonly inbox?: Inbox;
  /** A table of a database in the place of objects; its only URI is made of it. */
  readonly postgres?: PostgresSource;
}

/** What the files of an output are. */
export type TableOutput =
  | {
      readonly format: 'parquet';
      readonly compression: 'zstd' | 'snappy' | 'gzip' | 'none';
      /** About so many bytes of values in a row group, as they are in memory. */
      readonly rowGroupBytes: number;
    }
  | {
      readonly format: 'csv';
      readonly compression: TextCompression;
      readonly header: boolean;
      /** One ASCII character. */
      readonly delimiter: string;
      /** Set where all files are one object. */
      readonly single?: true | undefined;
    }
  | { readonly format: 'jsonl'; readonly compression: TextCompression }
  /** Rows of a table of a database. */
  | ({ readonly format: 'postgres' } & LoadTarget);

/** Bytes of a file as it is written, how many files there are, or source rows of each. */
type AskedFileSize =
  | { readonly targetFileBytes: number }
  | { readonly files: number }
  | { readonly rows: number };

/** What a request asks of a table. */
export interface AskedTable {
  readonly source: AskedTableSource;
  /** Absent: that of the first object, which must be Parquet. */
  readonly schema: TableSchema | undefined;
  readonly columns: ColumnsSection;
  /** What becomes of the rows once they have the columns of the schema. */
  readonly transform?: Transform;
  /** What becomes of a row with a value that its column cannot hold. */
  readonly onBadRow: 'fail' | 'reject';
  readonly output: TableOutput;
  readonly size: AskedFileSize;
  /** Columns whose values are folders; the files lack them. @default none */
  readonly partitionBy?: readonly string[];
  /** Columns of the schema whose rows of equal values are in one file. @default none */
  readonly keysWhole?: readonly string[];
}

/** Whether the rows of a table are shuffled before its files are written. */
export function isShuffled({
  source,
  partitionBy,
  keysWhole,
}: Pick<AskedTable, 'source' | 'partitionBy' | 'keysWhole'>): boolean {
  return partitionBy !== undefined || (keysWhole !== undefined && source.postgres === undefined);
}
