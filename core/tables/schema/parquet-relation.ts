import { type ColumnType, typeSql } from './column-type.ts';
import { identifier, literal } from './quote.ts';
import type { Relation } from './relation.ts';

/** Parquet files of the same columns, or of which only the wanted row groups are there. */
export interface ParquetFiles {
  /** In the order of their rows. */
  readonly paths: readonly string[];
  /** The columns that are read, as the engine describes them. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** Rows of all files together that are wanted; absent: all. */
  readonly rows?: { readonly start: number; readonly end: number };
}

/** Rows of a relation by numbers that the engine counts: no column of a file has their name. */
function numbered(relation: string, { start, end }: { start: number; end: number }): string {
  const all = `(SELECT *, row_number() OVER () - 1 AS place FROM ${relation})`;
  return `(SELECT * EXCLUDE (place) FROM ${all} WHERE place >= ${start} AND place < ${end})`;
}

/** Files whose columns have the same names. Nothing is taken from their paths. */
export function readParquet(paths: readonly string[]): string {
  return (
    `read_parquet([${paths.map(literal).join(', ')}], binary_as_string = false, file_row_number = false, ` +
    'filename = false, hive_partitioning = false, union_by_name = false)'
  );
}

/** How the engine reads Parquet files: by names, nothing from their paths. */
export function parquetRelation({ paths, columns, rows }: ParquetFiles): Relation {
  const read = columns.map(({ name, type }, place) => {
    // The engine has a type of its own for texts that are marked as JSON, within others too.
    const sql = typeSql(type);
    const given = identifier(name);
    return `${sql.includes('VARCHAR') ? `CAST(${given} AS ${sql})` : given} AS c${place}`;
  });
  const all = `(SELECT ${read.join(', ')} FROM ${readParquet(paths)})`;
  return {
    sql: rows === undefined ? all : numbered(all, rows),
    types: columns.map(({ type }) => type),
  };
}
