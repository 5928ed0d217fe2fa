import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { type ColumnType, typeSql } from '#core/tables/schema/column-type.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';

/** Types of which each value has one text, and readers of folders find it again. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'],
  ...['UBIGINT', 'VARCHAR', 'DATE', 'UUID'],
]);

function isAllowed(type: ColumnType): boolean {
  return type.kind === 'decimal' || ALLOWED.has(typeSql(type));
}

function problemOf(name: string, schema: TableSchema): readonly string[] {
  const column = schema.find((each) => each.name === name);
  if (column === undefined) {
    const names = schema.map((each) => shownName(each.name)).slice(0, 20);
    return [
      `output.partitionBy names ${shownName(name)}, but the columns are ${names.join(', ')}; name one of them`,
    ];
  }
  if (isAllowed(column.type)) return [];
  return [
    `output.partitionBy names ${shownName(name)} of type ${typeSql(column.type)}, allowed are whole numbers, DECIMAL, VARCHAR, BOOLEAN, DATE and UUID; let transform.sql make one of it, such as CAST(${shownName(name)} AS DATE)`,
  ];
}

/**
 * Makes sure that a table can be partitioned by some of its columns.
 *
 * @param schema the columns of the output.
 * @throws {RequestError} a column is not there, has a type that folders cannot have, or none would
 * be left in the files.
 */
export function assertPartitions(schema: TableSchema, partitionBy: readonly string[]): void {
  const problems = partitionBy.flatMap((name) => problemOf(name, schema));
  if (problems.length === 0 && partitionBy.length >= schema.length) {
    problems.push(
      'output.partitionBy names all columns, so that none would be in the files; leave out one',
    );
  }
  if (problems.length > 0) throw new RequestError(problems);
}

/** The columns that the files have: those of partitions stand in the folders above them. */
export function fileSchema(schema: TableSchema, partitionBy: readonly string[]): TableSchema {
  return schema.filter(({ name }) => !partitionBy.includes(name));
}
