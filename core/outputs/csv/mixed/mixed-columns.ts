import type { CsvDialect } from '#core/outputs/csv/csv-dialect.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import type { ColumnTypes, RowNamesFacts } from '#core/sparse/matrix-facts.ts';

/** Columns of several dtypes, and how their cells are written. */
export interface MixedColumns {
  readonly columns: number;
  readonly types: ColumnTypes;
  readonly dialect: CsvDialect;
  readonly rowNames?: RowNamesFacts | undefined;
}

/** How the cells of each group are written, by its number. */
export function cellOptionsOf({ types, ...same }: MixedColumns): CellOptions[] {
  const { columns, dialect, rowNames } = same;
  return types.groups.map(({ dtype, fillValue }) => ({
    ...{ columns, dtype, fillValue, dialect, rowNames },
  }));
}
