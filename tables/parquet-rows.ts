import type { ParquetFooter } from '#core/containers/parquet/footer.ts';
import type { RowGroupRange } from '#core/containers/parquet/slice-footer.ts';
import type { ParquetPart } from './table-slice.ts';

/** Rows of the row groups `start <= i < end`. */
export function rowsIn({ rowGroups }: ParquetFooter, { start, end }: RowGroupRange): number {
  return rowGroups.slice(start, end).reduce((sum, { rows }) => sum + rows, 0);
}

/** Rows of a part that are wanted. */
export function wantedRows({ footer, groups, rows }: ParquetPart): number {
  return rows === undefined ? rowsIn(footer, groups) : rows.end - rows.start;
}

/** Ordinal of the first wanted row of a part in its Parquet object. */
export function firstRow({ footer, groups, rows }: ParquetPart): number {
  return rowsIn(footer, { start: 0, end: groups.start }) + (rows?.start ?? 0);
}
