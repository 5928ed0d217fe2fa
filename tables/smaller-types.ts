import { typeSql } from '#core/tables/schema/column-type.ts';
import { type SmallerType, smallerType } from '#core/tables/schema/smaller-type.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { columnStatistics } from './file-statistics.ts';

/** The answer of a dry run has at most 256 kB. */
const MAX_COLUMNS = 100;

/**
 * Columns whose values in Parquet files fit a smaller type: the first hundred of them. Reads the
 * footers alone.
 */
export async function smallerTypes(
  paths: readonly string[],
  schema: TableSchema,
): Promise<readonly SmallerType[]> {
  const bounds = new Map<string, string[]>();
  for (const path of paths) {
    for (const { name, min, max } of await columnStatistics(path)) {
      const known = bounds.get(name) ?? [];
      if (min !== undefined && max !== undefined) known.push(min, max);
      bounds.set(name, known);
    }
  }
  return schema
    .flatMap(({ name, type }) => {
      const fits = smallerType(type, bounds.get(name) ?? []);
      return fits === undefined ? [] : [{ column: name, type: typeSql(type), fits: typeSql(fits) }];
    })
    .slice(0, MAX_COLUMNS);
}
