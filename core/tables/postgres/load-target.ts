import { identifier } from '#core/tables/schema/quote.ts';
import { MAX_NAME_BYTES } from './table-name.ts';

/** Where the rows of a run go. */
export interface LoadTarget {
  /** Name of a connection of the deployment. */
  readonly connection: string;
  readonly schema: string;
  readonly table: string;
}

/** Characters of the run id in the names of tables that are made for an overwrite. */
const RUN_DIGITS = 12;

/** So that `<table>__before_<run>` has room. */
export const MAX_TABLE_BYTES = MAX_NAME_BYTES - '__before_'.length - RUN_DIGITS;

/** A table as SQL names it. */
export function qualified(schema: string, table: string): string {
  return `${identifier(schema)}.${identifier(table)}`;
}

/** The table that is loaded beside the one that its rows are for, until all are in. */
export function loadingTable({ table }: LoadTarget, runId: string): string {
  return `${table}__${runId.slice(0, RUN_DIGITS)}`;
}

/** What the table of before is called once it was replaced. */
export function replacedTable({ table }: LoadTarget, runId: string): string {
  return `${table}__before_${runId.slice(0, RUN_DIGITS)}`;
}
