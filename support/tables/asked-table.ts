import type { AskedTableSource } from '#core/tables/run/asked-table.ts';
import type { ColumnsSection } from '#core/tables/schema/columns-section.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import type { Transform } from '#core/tables/schema/transform-section.ts';
import { type CsvFormat, csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import type { SizedTable } from '#tables/plan-table.ts';

/** What a test asks of a table; the rest is as a short request has it. */
export interface ShortTable
  extends Partial<Pick<SizedTable, 'onBadRow' | 'output' | 'size'>>,
    Partial<Omit<AskedTableSource, 'csv'>> {
  readonly schema?: Readonly<Record<string, string>>;
  readonly columns?: ColumnsSection;
  readonly csv?: Partial<CsvFormat>;
  /** A transform by SQL. */
  readonly sql?: string;
  /** Any other transform. */
  readonly transform?: Transform;
  readonly partitionBy?: readonly string[];
  readonly keysWhole?: readonly string[];
  /** Name of the functions that it calls. */
  readonly functions?: string;
}

/** A request of a table: all objects below `s3://b/` into Parquet files of 512 MiB. */
export function askedTable(short: ShortTable = {}): SizedTable {
  const { schema, columns = {}, onBadRow = 'fail', csv = {}, output, size, ...others } = short;
  const { sql, functions, transform: other, partitionBy, keysWhole, ...source } = others;
  const transform = sql === undefined ? other : { sql, ...(functions && { functions }) };
  return {
    source: { uris: ['s3://b/'], byName: false, ...source, csv: csvFormatSection.parse(csv) },
    schema: schema && tableSchema.parse(schema),
    columns,
    onBadRow,
    ...(transform !== undefined && { transform }),
    output: output ?? { format: 'parquet', compression: 'zstd', rowGroupBytes: 128 * 1024 ** 2 },
    size: size ?? { targetFileBytes: 512 * 1024 ** 2 },
    ...(partitionBy && { partitionBy }),
    ...(keysWhole && { keysWhole }),
  };
}
