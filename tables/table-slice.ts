import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { ParquetFooter } from '#core/containers/parquet/footer.ts';
import type { RowGroupRange } from '#core/containers/parquet/slice-footer.ts';
import type { ColumnType } from '#core/tables/schema/column-type.ts';
import type { ColumnSource } from '#core/tables/schema/select-sql.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';

/** A part of the text of an object, from a record's begin to another's, or to the end. */
export interface TextPart {
  readonly source: ByteSource;
  readonly compression: TextCompression;
  /** First byte of the (inflated) text. */
  readonly start: number;
  /**
   * Byte behind the last one; undefined for the end of the text. What lies before the part in a
   * compressed text is inflated, too.
   */
  readonly end?: number;
}

/** Row groups of a Parquet object. */
export interface ParquetPart {
  readonly source: ByteSource;
  readonly footer: ParquetFooter;
  readonly groups: RowGroupRange;
  /** Rows of these row groups that are wanted, counted from their begin; absent: all. */
  readonly rows?: { readonly start: number; readonly end: number };
}

/** Records of CSV whose objects have the same columns in the same order. */
interface CsvSlice {
  readonly format: 'csv';
  readonly csv: CsvFormat;
  /** Fields of each record. */
  readonly fields: number;
  readonly parts: readonly TextPart[];
}

/** Lines of JSON. */
interface JsonlSlice {
  readonly format: 'jsonl';
  /** Keys that are read, and the type that each becomes. */
  readonly keys: readonly { readonly key: string; readonly type: ColumnType }[];
  readonly parts: readonly TextPart[];
}

/** Rows of Parquet objects of the same columns. */
export interface ParquetSlice {
  readonly format: 'parquet';
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly parts: readonly ParquetPart[];
}

interface Mapped {
  /** Which column of the schema comes from which field, and how. */
  readonly sources: readonly ColumnSource[];
}

/** CSV, and which column each field becomes. */
export type CsvTable = CsvSlice & Mapped;

/** Text, and which column each field or key becomes. */
export type TextTable = CsvTable | (JsonlSlice & Mapped);

/** What one writer reads of a table, and which column each field becomes. */
export type TableSlice = TextTable | (ParquetSlice & Mapped);
