import type { Engine } from '@sparse-fanout/engine';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';

/** How much is shown. */
export interface ShownMost {
  readonly columns: number;
  /** Of a value; longer ones end with an ellipsis. */
  readonly characters: number;
}

const ROWS = 3;

function cellOf(value: unknown, { characters }: ShownMost): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value);
  return text.length > characters ? `${text.slice(0, characters).toWellFormed()}…` : text;
}

/**
 * The columns of an output, and its first three rows.
 *
 * @param sql a SELECT of the rows, with the columns of the schema.
 */
export async function shownRows(
  engine: Engine,
  { sql, schema }: { readonly sql: string; readonly schema: TableSchema },
  most: ShownMost,
): Promise<ShownRows> {
  const shown = schema.slice(0, most.columns);
  const texts = shown.map(({ name }, place) => `CAST(${identifier(name)} AS VARCHAR) AS c${place}`);
  const text = `SELECT ${texts.join(', ')} FROM (${sql}\n) LIMIT ${ROWS}`;
  const rows = await engine.runSelect({ text });
  return {
    columns: shown.map(({ name, type }) => ({ name, type: typeSql(type) })),
    firstRows: rows.map((row) => shown.map((_, place) => cellOf(row[`c${place}`], most))),
  };
}
