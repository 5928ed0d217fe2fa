import { type ColumnType, typeSql } from './column-type.ts';
import { readParquet } from './parquet-relation.ts';
import type { Relation } from './relation.ts';
import { TEXT } from './text-form.ts';

/** A field of records, as files of Parquet have it. */
export interface FieldColumn {
  readonly type: ColumnType;
  /**
   * - `values`: `c0` of the type, or of the same digits before the point, holds all of them;
   * - `texts`: so does `c0` of VARCHAR;
   * - `both`: what is NULL in `c0` may be a text in `t0`.
   */
  readonly has: 'values' | 'texts' | 'both';
}

function fieldSql({ type, has }: FieldColumn, place: number): string {
  if (has === 'both') return `coalesce(t${place}, CAST(c${place} AS VARCHAR))`;
  if (has === 'values' && type.kind === 'decimal') return `CAST(c${place} AS ${typeSql(type)})`;
  return `c${place}`;
}

/** How the engine reads files of Parquet that hold the fields of records. */
export function columnsRelation(
  paths: readonly string[],
  columns: readonly FieldColumn[],
): Relation {
  const fields = columns.map((column, place) => `${fieldSql(column, place)} AS c${place}`);
  return {
    sql: `(SELECT ${fields.join(', ')} FROM ${readParquet(paths)})`,
    types: columns.map(({ type, has }) => (has === 'values' ? type : TEXT)),
  };
}
