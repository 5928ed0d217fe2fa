import { outputColumns, type TableLayout } from './table-layout.ts';

/** What a plan has found of the keys of a table. */
export interface CountedKeys {
  /** Columns of the output, at most a hundred. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly keys: number;
  readonly rows: number;
  /** The key with the most rows, its values as SQL prints them; absent without rows. */
  readonly largest?: { readonly key: readonly (string | null)[]; readonly rows: number };
}

/** Columns that a plan shows. */
const MAX_COLUMNS = 100;

/** The first hundred columns of an output. */
export function shownColumns(layout: TableLayout): CountedKeys['columns'] {
  return outputColumns(layout)
    .slice(0, MAX_COLUMNS)
    .map(({ name, type }) => ({ name, type }));
}
