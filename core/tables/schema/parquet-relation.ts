import type { ColumnType } from './column-type.ts';
import { identifier, literal } from './quote.ts';
import type { Relation } from './relation.ts';

/** A Parquet file, or one of which only the wanted row groups are there. */
export interface ParquetFile {
  readonly path: string;
  /** The columns that are read, as the engine describes them. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
}

/** How the engine reads a Parquet file: by names, nothing from its path. */
export function parquetRelation({ path, columns }: ParquetFile): Relation {
  const read = columns.map(({ name }, place) => `${identifier(name)} AS c${place}`);
  const from =
    `read_parquet(${literal(path)}, binary_as_string = false, file_row_number = false, ` +
    'filename = false, hive_partitioning = false, union_by_name = false)';
  return {
    sql: `(SELECT ${read.join(', ')} FROM ${from})`,
    types: columns.map(({ type }) => type),
  };
}
