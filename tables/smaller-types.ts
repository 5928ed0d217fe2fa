import { typeSql } from '#core/tables/schema/column-type.ts';
import { type SmallerType, smallerType } from '#core/tables/schema/smaller-type.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { columnStatistics } from './file-statistics.ts';

/** The answer of a dry run has at most 256 kB. */
const MAX_COLUMNS = 100;

/**
 * Columns whose values in a Parquet file fit a smaller type: the first hundred of them. Reads the
 * footer alone.
 */
export async function smallerTypes(
  path: string,
  schema: TableSchema,
): Promise<readonly SmallerType[]> {
  const statistics = new Map((await columnStatistics(path)).map((each) => [each.name, each]));
  return schema
    .flatMap(({ name, type }) => {
      const { min, max } = statistics.get(name) ?? {};
      if (min === undefined || max === undefined) return [];
      const fits = smallerType(type, { min, max });
      return fits === undefined ? [] : [{ column: name, type: typeSql(type), fits: typeSql(fits) }];
    })
    .slice(0, MAX_COLUMNS);
}
