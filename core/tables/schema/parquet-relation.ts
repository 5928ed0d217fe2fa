import { type ColumnType, typeSql } from './column-type.ts';
import { identifier, literal } from './quote.ts';
import type { Relation } from './relation.ts';

/** Parquet files of the same columns, or of which only the wanted row groups are there. */
export interface ParquetFiles {
  /** In the order of their rows. */
  readonly paths: readonly string[];
  /** The columns that are read, as the engine describes them. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
}

/** How the engine reads Parquet files: by names, nothing from their paths. */
export function parquetRelation({ paths, columns }: ParquetFiles): Relation {
  const read = columns.map(({ name, type }, place) => {
    // The engine has a type of its own for texts that are marked as JSON, within others too.
    const sql = typeSql(type);
    const given = identifier(name);
    return `${sql.includes('VARCHAR') ? `CAST(${given} AS ${sql})` : given} AS c${place}`;
  });
  const from =
    `read_parquet([${paths.map(literal).join(', ')}], binary_as_string = false, file_row_number = false, ` +
    'filename = false, hive_partitioning = false, union_by_name = false)';
  return {
    sql: `(SELECT ${read.join(', ')} FROM ${from})`,
    types: columns.map(({ type }) => type),
  };
}
