import * as z from 'zod/mini';
import { CorruptSourceError } from '#core/errors.ts';
import { wholeNumber } from '#core/schemas/count.ts';
import { columnsSection } from '#core/tables/schema/columns-section.ts';
import {
  canonicalSchema,
  type TableSchema,
  tableSchema,
} from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import type { AskedTable } from './asked-table.ts';

const MAX_ROWS = 2 ** 31;

const canonicalColumn = z.strictObject({
  name: z.string(),
  type: z.string(),
  lossy: z.optional(z.literal(true)),
});

/**
 * How all writers of a run read a table: the JSON of `_plan/source.json`. With the pins of its
 * objects it says of each byte which row and column it is.
 */
export const tableLayout = z.strictObject({
  kind: z.literal('table'),
  /** Of every object. */
  format: z.enum(['csv', 'jsonl', 'parquet']),
  /** As asked; absent where each object says its own. */
  compression: z.optional(z.enum(['none', 'gzip', 'zstd'])),
  /** Of CSV alone. */
  csv: z.optional(csvFormatSection),
  /** The first object with columns: what the headers of the others are compared with, in CSV. */
  first: z.optional(z.strictObject({ uri: z.string(), names: z.array(z.string()) })),
  /** Columns of the output in their order, at most 3,000: read them by {@link schemaOf}. */
  schema: z.array(canonicalColumn),
  columns: columnsSection,
  byName: z.boolean(),
  onBadRow: z.enum(['fail', 'reject']),
  /** Rows in a row group of Parquet that is written. */
  rowGroupRows: wholeNumber(1, MAX_ROWS),
});

export type TableLayout = Readonly<z.infer<typeof tableLayout>>;

/** What was seen of the objects of a table. */
export type SeenTable = Pick<TableLayout, 'format' | 'first'> & {
  readonly schema: TableSchema;
};

/** Where nothing is known of the rows. */
const MOST_ROWS = 122_880;

/**
 * How a table is read: as it is asked for, and as its objects are. Its row groups are the largest
 * ones, until a sample shows how large rows are.
 */
export function tableLayoutOf(
  asked: Pick<AskedTable, 'source' | 'columns' | 'onBadRow'>,
  seen: SeenTable,
): TableLayout {
  const { source, columns, onBadRow } = asked;
  return {
    kind: 'table',
    format: seen.format,
    ...(source.compression !== undefined && { compression: source.compression }),
    ...(seen.format === 'csv' && { csv: { ...source.csv, nullText: [...source.csv.nullText] } }),
    ...(seen.first !== undefined && { first: seen.first }),
    schema: [...canonicalSchema(seen.schema)],
    columns,
    byName: source.byName,
    onBadRow,
    rowGroupRows: MOST_ROWS,
  };
}

/** The columns of the output with their types. */
export function schemaOf({ schema }: TableLayout): TableSchema {
  return tableSchema.parse(schema);
}

/** @throws {CorruptSourceError} the text is not a layout as PlanTable writes it. */
export function parseTableLayout(text: string): TableLayout {
  const parsed = tableLayout.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptSourceError(
    `the layout of the table is damaged: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
