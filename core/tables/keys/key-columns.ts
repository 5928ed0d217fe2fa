import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { type ColumnType, isLeaf, typeSql } from '#core/tables/schema/column-type.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';

/** Values of which two may be equal and differ, or that have no order of their own. */
const REFUSED: ReadonlySet<string> = new Set(['FLOAT', 'DOUBLE', 'BLOB']);

/** A column of a key: its place in the schema, and its type. */
export interface KeyColumn {
  readonly name: string;
  readonly place: number;
  readonly type: ColumnType;
}

function problemOf(name: string, schema: TableSchema): readonly string[] {
  const column = schema.find((each) => each.name === name);
  if (column === undefined) {
    const names = schema.map((each) => shownName(each.name)).slice(0, 20);
    return [
      `chunking.keysWhole names ${shownName(name)}, but the columns that are read are ${names.join(', ')}; name one of them`,
    ];
  }
  const type = typeSql(column.type);
  if (isLeaf(column.type) && !REFUSED.has(type)) return [];
  return [
    `chunking.keysWhole names ${shownName(name)} of type ${type}, allowed are whole numbers, DECIMAL, VARCHAR, BOOLEAN, UUID, dates and times; read the column as one of them, such as DECIMAL(18, 3)`,
  ];
}

/**
 * The columns of keys that are whole.
 *
 * @param schema the columns that are read.
 * @throws {RequestError} a column is not there, or has a type that keys cannot have.
 */
export function keyColumns(schema: TableSchema, keysWhole: readonly string[]): KeyColumn[] {
  const problems = keysWhole.flatMap((name) => problemOf(name, schema));
  if (problems.length > 0) throw new RequestError(problems);
  return keysWhole.map((name) => {
    const place = schema.findIndex((each) => each.name === name);
    return { name, place, type: schema[place]!.type };
  });
}
