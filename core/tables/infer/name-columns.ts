import { BoundExceededError } from '#core/errors.ts';
import { nameProblem } from '#core/tables/schema/column-names.ts';
import type { ColumnType } from '#core/tables/schema/column-type.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { MAX_COLUMNS } from '#core/tables/schema/table-schema.ts';
import type { InferredColumn } from './inferred-table.ts';

/** A column of the source with what its values are; undefined if no type holds them. */
export interface FoundColumn {
  readonly name: string;
  readonly type: ColumnType | undefined;
  readonly examples: readonly string[];
  readonly nulls: number | undefined;
}

/** Columns for a schema, and sentences about those that are none. */
interface NamedColumns {
  readonly columns: readonly InferredColumn[];
  readonly notes: readonly string[];
  readonly leavesOut: boolean;
}

/** Why a type cannot stand in a request, such as one of too many fields. */
function typeProblem(type: ColumnType): string | undefined {
  try {
    parseType(typeSql(type));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 2; ; count++) {
    const other = `${name}_${count}`;
    if (!taken.has(other.toLowerCase())) return other;
  }
}

/** Why a column cannot stand in a schema. */
function problemOf({ name, type }: FoundColumn, isTwin: boolean): string | undefined {
  const problem = nameProblem(name) ?? (type && typeProblem(type));
  return problem ?? (isTwin ? 'another name differs from it only in case' : undefined);
}

function assertNotMany(columns: readonly InferredColumn[]): void {
  if (columns.length <= MAX_COLUMNS) return;
  throw new BoundExceededError(
    `the source has ${columns.length} columns, a schema has at most ${MAX_COLUMNS}; split the table by columns, or give a schema of those that you need`,
  );
}

/**
 * Gives columns names that a schema may have: of two that differ in case alone the second gets
 * another one, or is left out. Those without a type are left out; their reason is known already.
 *
 * @param renames whether columns may be renamed: not keys of JSON, which are found by name.
 * @throws {BoundExceededError} there are more columns than a schema may have.
 */
export function nameColumns(found: readonly FoundColumn[], renames: boolean): NamedColumns {
  const columns: InferredColumn[] = [];
  const notes: string[] = [];
  const taken = new Set<string>();
  for (const [place, column] of found.entries()) {
    const { name, type } = column;
    const isTwin = taken.has(name.toLowerCase());
    const problem = problemOf(column, isTwin && !renames);
    if (problem !== undefined) notes.push(`column ${place + 1} is left out: ${problem}`);
    if (problem !== undefined || type === undefined) continue;
    const free = isTwin ? freeName(name, taken) : name;
    taken.add(free.toLowerCase());
    columns.push({ ...column, name: free, ...(isTwin && { from: name }), type });
  }
  assertNotMany(columns);
  return { columns, notes, leavesOut: columns.length < found.length };
}
