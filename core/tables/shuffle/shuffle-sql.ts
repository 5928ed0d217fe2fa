import { valueText } from '#core/tables/partition/partition-sql.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { joinedSql } from '#core/tables/schema/joined-sql.ts';
import { identifier, literal } from '#core/tables/schema/quote.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';

/** Files of rows with the columns of the output, and those by which they are partitioned. */
export interface RowsFiles {
  readonly paths: readonly string[];
  readonly schema: TableSchema;
  readonly partitionBy: readonly string[];
}

/** A name that no column has: a name of a schema has no control character. */
export function own(name: string): string {
  return identifier(`\u0001${name}`);
}

/** A SELECT of the partitions of files: their values as `v0`, `v1`, …, and their `rows`. */
export function partitionsSql({ paths, schema, partitionBy }: RowsFiles): string {
  const values = partitionBy.map((name, at) => `${valueText(name)} AS v${at}`);
  const places = partitionBy.map((_, at) => at + 1);
  const order = places.map((place) => `${place} ASC NULLS FIRST`);
  return (
    `SELECT ${values.join(', ')}, count(*) AS rows FROM (${joinedSql(paths, schema)}) ` +
    `GROUP BY ${places.join(', ')} ORDER BY ${order.join(', ')}`
  );
}

/** Which rows are scattered. */
export interface ScatteredRows extends Omit<RowsFiles, 'paths'> {
  /** A SELECT of them, with the columns of the schema. */
  readonly rows: string;
}

/** Rows `start <= row < end`. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Name of the sorted rows of a mapper in its engine. */
export const SORTED = 'sorted';

/**
 * A SELECT of rows, sorted by partition and else as they were: their columns without those of
 * partitions as `c0`, `c1` and so on, and the text of their partition as `k0`, `k1` and so on.
 *
 * Sorted by values, not by their texts, the engine takes a sixth less time for the whole.
 */
export function scatterSql({ rows, schema, partitionBy }: ScatteredRows): string {
  const kept = schema.filter(({ name }) => !partitionBy.includes(name));
  const columns = kept.map(({ name }, at) => `t.${identifier(name)} AS c${at}`);
  const texts = partitionBy.map((name, at) => `CAST(t.${identifier(name)} AS VARCHAR) AS k${at}`);
  // With the table's name, since a column of the result may be called as one of the table.
  const order = partitionBy.map((name) => `t.${identifier(name)} ASC NULLS FIRST`);
  // The engine keeps no order among equals, so the order has the number of the row.
  return (
    `SELECT ${[...columns, ...texts].join(', ')} FROM ` +
    `(SELECT *, row_number() OVER () AS ${own('row')} FROM (${rows})) AS t ` +
    `ORDER BY ${order.join(', ')}, t.${own('row')}`
  );
}

function keysOf(keys: number): readonly string[] {
  return Array.from({ length: keys }, (_, at) => `k${at}`);
}

/**
 * A SELECT of the partitions of sorted rows, in the order of these: their values as `v0`, `v1`, …,
 * and their `rows`.
 *
 * @param keys how many columns partitions have.
 */
export function sortedPartitionsSql(keys: number): string {
  const values = keysOf(keys);
  const named = values.map((value, at) => `${value} AS v${at}`);
  return (
    `SELECT ${named.join(', ')}, count(*) AS rows FROM ${SORTED} ` +
    `GROUP BY ${values.join(', ')} ORDER BY min(rowid)`
  );
}

/** A SELECT of the bytes of the longest value of each column of partitions, as `v0`, `v1`, …. */
export function longestValuesSql(keys: number): string {
  const longest = keysOf(keys).map((key, at) => `max(strlen(${key})) AS v${at}`);
  return `SELECT ${longest.join(', ')} FROM ${SORTED}`;
}

/** A SELECT of sorted rows `start <= row < end`: the columns that are scattered. */
export function sortedRowsSql(columns: number, { start, end }: RowRange): string {
  const names = Array.from({ length: columns }, (_, at) => `c${at}`);
  return `SELECT ${names.join(', ')} FROM ${SORTED} WHERE rowid >= ${start} AND rowid < ${end}`;
}

/** Parquet files that the engine wrote, read as they are, one after the other. */
export function readSql(paths: readonly string[]): string {
  return `read_parquet([${paths.map(literal).join(', ')}], binary_as_string = false, hive_partitioning = false, union_by_name = false)`;
}

/** Rows of a scattered file that are wanted, counted from its begin. */
export interface WantedRows extends RowRange {
  readonly path: string;
}

/**
 * A SELECT of wanted rows of scattered files, one file after the other.
 *
 * @param schema of the columns that were scattered.
 */
export function wantedSql(files: readonly WantedRows[], schema: TableSchema): string {
  const columns = schema.map(
    ({ name, type }, at) => `CAST(c${at} AS ${typeSql(type)}) AS ${identifier(name)}`,
  );
  const paths = files.map(({ path }) => path);
  const bound = (of: 'start' | 'end') =>
    `([${files.map((file) => file[of]).join(', ')}])[CAST(file_index AS BIGINT) + 1]`;
  return (
    `SELECT ${columns.join(', ')} FROM ${readSql(paths)} AS t ` +
    `WHERE file_row_number >= ${bound('start')} AND file_row_number < ${bound('end')}`
  );
}
