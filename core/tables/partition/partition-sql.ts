import { identifier, literal } from '#core/tables/schema/quote.ts';
import { strictCast } from '#core/tables/schema/strict-cast.ts';
import type { Column, TableSchema } from '#core/tables/schema/table-schema.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { fileSchema } from './partition-columns.ts';
import type { PartitionValue } from './partition-folder.ts';

/** The partition that all rows of a file are of. */
export interface FilePartition {
  readonly columns: readonly string[];
  readonly values: readonly PartitionValue[];
}

/** Begins what the engine says of a row of another partition. */
export const OTHER_PARTITION = 'a row of another partition: ';

/** The text of a partition's value: two values of an allowed type never have the same. */
export function valueText(name: string): string {
  return `CAST(${identifier(name)} AS VARCHAR)`;
}

/**
 * A SELECT of texts as `given`, in their order, and of what SQL prints for the value of each as
 * `printed`; it fails where one is no value of the column.
 */
export function printedSql({ type, lossy }: Column, texts: readonly string[]): string {
  const value = strictCast({ from: TEXT, to: type, lossy }, 'given');
  const rows = texts.map((text) => `(${literal(text)})`);
  return (
    `SELECT given, CAST(${value} AS VARCHAR) AS printed ` +
    `FROM (VALUES ${rows.join(', ')}) AS texts(given)`
  );
}

/** A SELECT of all rows of another one; it fails at one of another partition, which it names. */
export function checkedRowsSql(rows: string, { columns, values }: FilePartition): string {
  const isOther = columns.map((name, at) => {
    const value = values[at] ?? null;
    return `${valueText(name)} IS DISTINCT FROM ${value === null ? 'NULL' : literal(value)}`;
  });
  const given = columns.map((name) => `coalesce(${valueText(name)}, 'NULL')`).join(", ', ', ");
  const refused = `error(concat(${literal(OTHER_PARTITION)}, ${given}))`;
  return (
    `SELECT * FROM (${rows}) ` +
    `WHERE CASE WHEN ${isOther.join(' OR ')} THEN ${refused} ELSE true END`
  );
}

/** A SELECT of the rows of another one in the columns that files of a partition have. */
export function fileRowsSql(
  rows: string,
  schema: TableSchema,
  { columns }: Pick<FilePartition, 'columns'>,
): string {
  const kept = fileSchema(schema, columns).map(({ name }) => identifier(name));
  return `SELECT ${kept.join(', ')} FROM (${rows})`;
}
