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

/**
 * A SELECT of the partitions of files in the order of {@link scatterSql}: their values as `v0`,
 * `v1` and so on, and their number of `rows`.
 */
export function partitionsSql({ paths, schema, partitionBy }: RowsFiles): string {
  const values = partitionBy.map((name, at) => `${valueText(name)} AS v${at}`);
  const places = partitionBy.map((_, at) => at + 1);
  const order = places.map((place) => `${place} ASC NULLS FIRST`);
  return (
    `SELECT ${values.join(', ')}, count(*) AS rows FROM (${joinedSql(paths, schema)}) ` +
    `GROUP BY ${places.join(', ')} ORDER BY ${order.join(', ')}`
  );
}

/** A SELECT of the bytes of the longest value of each column of partitions, as `v0`, `v1`, …. */
export function longestValuesSql({ paths, schema, partitionBy }: RowsFiles): string {
  const longest = partitionBy.map((name, at) => `max(strlen(${valueText(name)})) AS v${at}`);
  return `SELECT ${longest.join(', ')} FROM (${joinedSql(paths, schema)})`;
}

/**
 * A SELECT of the rows of files, sorted by partition and else as they were. It gives the columns
 * of {@link RowsFiles.schema} without those of partitions, as `c0`, `c1` and so on.
 */
export function scatterSql({ paths, schema, partitionBy }: RowsFiles): string {
  const kept = schema.filter(({ name }) => !partitionBy.includes(name));
  const columns = kept.map(({ name }, at) => `${identifier(name)} AS c${at}`);
  const keys = partitionBy.map((name, at) => `${valueText(name)} AS ${own(`k${at}`)}`);
  const numbered = `row_number() OVER () AS ${own('row')}`;
  const order = partitionBy.map((_, at) => `${own(`k${at}`)} ASC NULLS FIRST`);
  // The engine keeps no order among equals, so the order has the number of the row.
  return (
    `SELECT ${columns.join(', ')} FROM ` +
    `(SELECT *, ${keys.join(', ')}, ${numbered} FROM (${joinedSql(paths, schema)})) ` +
    `ORDER BY ${order.join(', ')}, ${own('row')}`
  );
}

/** Rows of a scattered file that are wanted, counted from its begin. */
export interface WantedRows {
  readonly path: string;
  readonly start: number;
  readonly end: number;
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
  const paths = files.map(({ path }) => literal(path)).join(', ');
  const bound = (of: 'start' | 'end') =>
    `([${files.map((file) => file[of]).join(', ')}])[CAST(file_index AS BIGINT) + 1]`;
  return (
    `SELECT ${columns.join(', ')} FROM read_parquet([${paths}], binary_as_string = false, ` +
    'hive_partitioning = false, union_by_name = false) AS t ' +
    `WHERE file_row_number >= ${bound('start')} AND file_row_number < ${bound('end')}`
  );
}
