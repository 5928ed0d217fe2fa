import { fileSchema } from '#core/tables/partition/partition-columns.ts';
import { valueText } from '#core/tables/partition/partition-sql.ts';
import { joinedSql } from '#core/tables/schema/joined-sql.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { own, type RowsFiles } from './shuffle-sql.ts';

/** 32 bits of the values of a row. */
function rowHash(schema: TableSchema): string {
  const values = schema.map(({ name }) => identifier(name)).join(', ');
  return `CAST(hash(${values}) % 4294967296 AS HUGEINT)`;
}

/**
 * SQL of what stands for rows in their order: their number as `rows`, the `sum` of their hashes,
 * and that `weighted` by their places from 0 on. So digests of rows that follow each other can be
 * added.
 */
const DIGEST = `count(*) AS rows, coalesce(sum(${own('h')}), 0) AS sum, coalesce(sum(${own('h')} * ${own('place')}), 0) AS weighted`;

/** A SELECT of the digest of all rows of a file of a partition. */
export function fileDigestSql(path: string, schema: TableSchema): string {
  const place = `row_number() OVER () - 1 AS ${own('place')}`;
  const rows = `SELECT ${rowHash(schema)} AS ${own('h')}, ${place} FROM (${joinedSql([path], schema)})`;
  return `SELECT ${DIGEST} FROM (${rows})`;
}

/** A SELECT of the digest of the rows of each partition of files, its values as `v0`, `v1`, …. */
export function partitionDigestsSql({ paths, schema, partitionBy }: RowsFiles): string {
  const keys = partitionBy.map((name, at) => `${valueText(name)} AS ${own(`k${at}`)}`);
  const names = partitionBy.map((_, at) => own(`k${at}`));
  const hash = `${rowHash(fileSchema(schema, partitionBy))} AS ${own('h')}`;
  const numbered =
    `SELECT ${[...keys, hash].join(', ')}, row_number() OVER () AS ${own('row')} ` +
    `FROM (${joinedSql(paths, schema)})`;
  const placed =
    `SELECT *, row_number() OVER (PARTITION BY ${names.join(', ')} ORDER BY ${own('row')}) - 1 ` +
    `AS ${own('place')} FROM (${numbered})`;
  const values = names.map((name, at) => `${name} AS v${at}`);
  const places = names.map((_, at) => at + 1).join(', ');
  return `SELECT ${values.join(', ')}, ${DIGEST} FROM (${placed}) GROUP BY ${places}`;
}
