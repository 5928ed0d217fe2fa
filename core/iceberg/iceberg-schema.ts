import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { ColumnType } from '#core/tables/schema/column-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import {
  type IcebergField,
  type IcebergStruct,
  type IcebergType,
  numberedType,
  typeProblem,
} from './iceberg-type.ts';

/** Name and SQL type of a column of the output. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** The columns of a table of Iceberg, numbered from 1 in their order, then what is nested. */
export interface IcebergSchema extends IcebergStruct {
  readonly 'schema-id': number;
}

/** Names of a type and of all in it, with the names that they lie in before a dot. */
function pathsOf(fields: readonly IcebergField[], prefix = ''): readonly string[] {
  return fields.flatMap(({ name, type }) => [`${prefix}${name}`, ...pathsIn(type, prefix + name)]);
}

function pathsIn(type: IcebergType, path: string): readonly string[] {
  if (typeof type === 'string') return [];
  if (type.type === 'struct') return pathsOf(type.fields, `${path}.`);
  if (type.type === 'list') return [`${path}.element`, ...pathsIn(type.element, `${path}.element`)];
  return [`${path}.key`, `${path}.value`, ...pathsIn(type.value, `${path}.value`)];
}

/** A type as the manifest says it. Transforms may give some that no schema of a request has. */
function parsed({ name, type }: TableColumn): ColumnType | string {
  try {
    return parseType(type);
  } catch {
    return `the column ${shownName(name)} is ${type}, which Iceberg 2 does not have; cast it to a type of docs/tables.md, or leave out the companion`;
  }
}

function numbered(columns: readonly { readonly name: string; readonly type: ColumnType }[]) {
  let last = columns.length;
  const next = () => {
    last += 1;
    return last;
  };
  const fields = columns.map(({ name, type }, index) => ({
    ...{ id: index + 1, name, required: false as const },
    type: numberedType(type, next),
  }));
  return { fields, last };
}

function typeProblems(
  columns: readonly { readonly name: string; readonly type: ColumnType | string }[],
): readonly string[] {
  return columns.flatMap(({ name, type }) => {
    if (typeof type === 'string') return [type];
    const problem = typeProblem(type);
    return problem === undefined ? [] : [`the column ${shownName(name)} ${problem}`];
  });
}

/** The engine takes a field of this name for the number of a struct. */
const TAKEN = '__duckdb_field_id';

function takenProblems(fields: readonly IcebergField[]): readonly string[] {
  const taken = pathsOf(fields).filter((path) => path.toLowerCase().endsWith(`.${TAKEN}`));
  return taken.map(
    (path) =>
      `${shownName(path)} has a name that the engine takes for a number of Iceberg; rename it, or leave out the companion`,
  );
}

function twinProblems(fields: readonly IcebergField[]): readonly string[] {
  const seen = new Set<string>();
  const twins = pathsOf(fields).filter((path) => seen.size === seen.add(path).size);
  return twins.map(
    (path) =>
      `two columns are ${shownName(path)} for Iceberg, which joins the names of what is nested by dots; rename one, or leave out the companion`,
  );
}

/**
 * The columns of an output as a table of Iceberg has them, and the last number that is taken.
 *
 * @throws {RequestError} with every type and name that Iceberg does not have.
 */
export function icebergSchema(columns: readonly TableColumn[]): {
  readonly schema: IcebergSchema;
  readonly lastColumnId: number;
} {
  const typed = columns.map((column) => ({ name: column.name, type: parsed(column) }));
  const problems = typeProblems(typed);
  if (problems.length > 0) throw new RequestError(problems);
  const { fields, last } = numbered(typed as { name: string; type: ColumnType }[]);
  const names = [...twinProblems(fields), ...takenProblems(fields)];
  if (names.length > 0) throw new RequestError(names);
  return { schema: { type: 'struct', 'schema-id': 0, fields }, lastColumnId: last };
}
