import type { ColumnType } from '#core/tables/schema/column-type.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';

/** A column that a schema could have. */
export interface InferredColumn {
  readonly name: string;
  /** Its name in the source, if that is another one. */
  readonly from?: string;
  readonly type: ColumnType;
  /** Some values of it, as texts. */
  readonly examples: readonly string[];
  /** NULLs in the sample; undefined where none was taken. */
  readonly nulls: number | undefined;
}

/** What was read to find the columns. */
export interface SampleRead {
  readonly rows: number;
  /** Of text, inflated. */
  readonly bytes: number;
  readonly objects: number;
}

/** What a table seems to be. */
export interface InferredTable {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  /** Of its first object. */
  readonly compression: TextCompression;
  /** Of CSV alone. */
  readonly csv?: CsvFormat;
  readonly columns: readonly InferredColumn[];
  /** Sentences about what is left out or stands out. */
  readonly notes: readonly string[];
  readonly sample: SampleRead;
  /** Whether columns of the source stand in no column of the schema. */
  readonly leavesOut: boolean;
}
