import type { ColumnType } from './column-type.ts';

/** A part of a source as the engine reads it. */
export interface Relation {
  /** What stands after FROM. Its columns are `c0`, `c1` and so on. */
  readonly sql: string;
  /** What they hold. */
  readonly types: readonly ColumnType[];
  /** Of columns that may hold any JSON: SQL that says whether it is wrong, and SQL of its text. */
  readonly open?: ReadonlyMap<number, { readonly broken: string; readonly text: string }>;
}
