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
import { databaseLayout } from './database-layout.ts';
import { functionsPin } from './functions-pin.ts';

const MAX_ROWS = 2 ** 31;

const canonicalColumn = z.strictObject({
  name: z.string(),
  type: z.string(),
  lossy: z.optional(z.literal(true)),
});

const schema = z.array(canonicalColumn);

/** What becomes of the rows, and the columns that they then have. */
const plannedTransform = z.union([
  z.strictObject({
    sql: z.string(),
    /** Where keys are whole: SQL behind it that makes the order of its rows total. */
    orderBy: z.optional(z.string()),
    functions: z.optional(functionsPin),
    schema,
  }),
  z.strictObject({
    /** A function of the deployment, and its published version. */
    lambda: z.strictObject({ name: z.string(), version: z.string() }),
    /** Whether it may leave out rows. */
    rows: z.enum(['same', 'fewer']),
    schema,
  }),
]);

/** A transform that was checked, with the columns that it gives. */
export type PlannedTransform = Readonly<z.infer<typeof plannedTransform>>;

/** The same by a function of the deployment. */
export type PlannedFunction = Extract<PlannedTransform, { readonly lambda: unknown }>;

/**
 * How all writers of a run read a table: the JSON of `_plan/source.json`. With the pins of its
 * objects it says of each byte which row and column it is.
 */
export const tableLayout = z.strictObject({
  kind: z.literal('table'),
  /** Of every object. */
  format: z.enum(['csv', 'jsonl', 'parquet', 'postgres']),
  /** Of a database alone. */
  postgres: z.optional(databaseLayout),
  /** As asked; absent where each object says its own. */
  compression: z.optional(z.enum(['none', 'gzip', 'zstd'])),
  /** Of CSV alone. */
  csv: z.optional(csvFormatSection),
  /** The first object with columns: what the headers of the others are compared with, in CSV. */
  first: z.optional(z.strictObject({ uri: z.string(), names: z.array(z.string()) })),
  /** Columns that are read, in their order, at most 3,000: by {@link schemaOf}. */
  schema,
  columns: columnsSection,
  transform: z.optional(plannedTransform),
  /** Columns that are read whose rows of equal values are in one file. */
  keysWhole: z.optional(z.array(z.string())),
  byName: z.boolean(),
  onBadRow: z.enum(['fail', 'reject']),
  /** Rows in a row group of Parquet that is written. */
  rowGroupRows: wholeNumber(1, MAX_ROWS),
});

export type TableLayout = Readonly<z.infer<typeof tableLayout>>;

/** What `columnsSection` makes of a request. */
const readColumns = z.record(
  z.string(),
  z.union([
    z.literal('drop'),
    z.strictObject({
      from: z.optional(z.array(z.string())),
      default: z.optional(z.string()),
    }),
  ]),
);

/**
 * What a manifest keeps of the layout of a generation, so that its files can be made again: all but
 * what lies in the manifest already, and the first header, which the source has.
 */
export const keptLayout = z.extend(
  z.omit(tableLayout, { kind: true, format: true, first: true, schema: true }),
  {
    columns: readColumns,
    /** Names of the columns that may lose digits. */
    lossy: z.optional(z.array(z.string())),
    /** The columns that a transform reads: those that it gives are the manifest's. */
    transform: z.optional(plannedTransform),
  },
);

export type KeptLayout = Readonly<z.infer<typeof keptLayout>>;

/** The part of a layout that a manifest keeps. */
export function keptOf(layout: TableLayout): KeptLayout {
  const { kind: _, format: __, first: ___, schema, transform, ...kept } = layout;
  if (transform !== undefined) return { ...kept, transform: { ...transform, schema } };
  const lossy = schema.filter((column) => column.lossy === true).map(({ name }) => name);
  return { ...kept, ...(lossy.length > 0 && { lossy }) };
}

/** What was seen of the objects of a table. */
export type FirstLook = Pick<TableLayout, 'format' | 'first' | 'transform' | 'postgres'> & {
  readonly schema: TableSchema;
};

/** Where nothing is known of the rows. */
const MOST_ROWS = 122_880;

/**
 * How a table is read: as it is asked for, and as its objects are. Its row groups are the largest
 * ones, until a sample shows how large rows are.
 */
export function tableLayoutOf(
  asked: Pick<AskedTable, 'source' | 'columns' | 'onBadRow' | 'keysWhole'>,
  seen: FirstLook,
): TableLayout {
  const { source, columns, onBadRow, keysWhole } = asked;
  return {
    kind: 'table',
    format: seen.format,
    ...(source.compression !== undefined && { compression: source.compression }),
    ...(seen.format === 'csv' && { csv: { ...source.csv, nullText: [...source.csv.nullText] } }),
    ...(seen.postgres !== undefined && { postgres: seen.postgres }),
    ...(seen.first !== undefined && { first: seen.first }),
    schema: [...canonicalSchema(seen.schema)],
    columns,
    ...(seen.transform !== undefined && { transform: seen.transform }),
    ...(keysWhole !== undefined && { keysWhole: [...keysWhole] }),
    byName: source.byName,
    onBadRow,
    rowGroupRows: MOST_ROWS,
  };
}

/** How the rows are read that a transform gets: of a table whose keys are whole, by mappers. */
export function untransformed({ transform: _, ...layout }: TableLayout): TableLayout {
  return layout;
}

/** The columns that are read, with their types. */
export function schemaOf({ schema }: TableLayout): TableSchema {
  return tableSchema.parse(schema);
}

/** The SQL of the transform; undefined where a function makes it, or there is none. */
export function transformSql({ transform }: TableLayout): string | undefined {
  return transform !== undefined && 'sql' in transform ? transform.sql : undefined;
}

/** The columns of the output in their order. */
export function outputColumns({ schema, transform }: TableLayout): TableLayout['schema'] {
  return transform?.schema ?? schema;
}

/** {@link outputColumns} with their types. */
export function outputSchemaOf(layout: TableLayout): TableSchema {
  return tableSchema.parse(outputColumns(layout));
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
