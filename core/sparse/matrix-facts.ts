import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { sourcePin } from '#core/objects/source-pin.ts';
import { count, crc32Digits } from '#core/schemas/count.ts';
import { FORMATS } from './formats/format-names.ts';

/** The group of a column is one byte. */
const MAX_GROUPS = 255;

/** A fill that is not zero: what `pd.SparseDtype("float")` has. */
const fillValue = z.literal('NaN');

/** Columns that have the same dtype and hold the same where nothing is stored. */
const columnGroup = z.strictObject({
  dtype: z.enum(DTYPES),
  /** @default 0, or False */
  fillValue: z.optional(fillValue),
  /** How many columns are of this group. */
  columns: count,
});

/** The types of columns that are not all of one dtype, as in a sparse frame of pandas. */
const columnTypes = z.strictObject({
  groups: z.readonly(z.array(columnGroup).check(z.minLength(1), z.maxLength(MAX_GROUPS))),
  /** CRC-32 of the group of each column, one byte per column: eight hexadecimal digits. */
  crc32: z.string(),
});

/** What is known of the names of all rows. */
const rowNames = z.strictObject({
  /** What stands above them in a header line; empty where parts differ in it. */
  title: z.string(),
  /** Bytes of the longest one in UTF-8. */
  longestBytes: count,
});

/** What is known of the labels of all rows that an object has. */
const labels = z.strictObject({
  /** The version of the object. */
  object: sourcePin,
  /** Of an array; the labels of a text are written as they are. */
  dtype: z.enum([...DTYPES, 'text']),
  /** Bytes of the longest one in UTF-8, where none is NaN. */
  longestBytes: count,
});

/** What is known from its headers of a matrix, or of some of its rows. */
const matrixInfo = z.strictObject({
  /** `[rows, columns]`. */
  shape: z.readonly(z.tuple([count, count])),
  /** Of the stored values. With `columnTypes` an unsigned one, of cells that have their bytes. */
  dtype: z.enum(DTYPES),
  /** Where the columns have several dtypes. */
  columnTypes: z.optional(columnTypes),
  /** Stored entries: explicit zeros and duplicates too. */
  nnz: count,
  /** What a cell that is not stored holds. @default 0, or False */
  fillValue: z.optional(fillValue),
  /** Names of the rows, where they are printed and are not `0`, `1`, `2`, … */
  rowNames: z.optional(rowNames),
  /** The column that is written first, as the label of its row. */
  labelColumn: z.optional(count),
  /** Labels of the rows, where an object has them. */
  labels: z.optional(labels),
});

/** How many names there are, and the CRC-32 of their text as a JSON list with one name a line. */
const namesFigures = z.strictObject({ count, crc32: crc32Digits });

/** The facts of a source of kind `matrix`. */
export const matrixFacts = z.extend(matrixInfo, {
  kind: z.literal('matrix'),
  /** That of the source; for an output with several generations, that of the latest source. */
  format: z.enum(FORMATS),
  /** Names of the columns, where they are not `0`, `1`, `2`, … */
  columnNames: z.optional(namesFigures),
});

export type ColumnTypes = Readonly<z.infer<typeof columnTypes>>;
export type ColumnGroup = Readonly<z.infer<typeof columnGroup>>;
export type FillValue = z.infer<typeof fillValue>;
/** Rows and columns. */
export type Shape = readonly [rows: number, columns: number];
export type MatrixInfo = Readonly<z.infer<typeof matrixInfo>>;
export type RowNamesFacts = Readonly<z.infer<typeof rowNames>>;
export type LabelsFacts = Readonly<z.infer<typeof labels>>;
export type NamesFigures = Readonly<z.infer<typeof namesFigures>>;
export type MatrixFacts = Readonly<z.infer<typeof matrixFacts>>;

/** Stored entries of a matrix: explicit zeros and duplicates too. */
export function storedEntries({ nnz }: MatrixInfo): number {
  return nnz;
}

/** What is known of `rows` rows of a matrix that hold `nnz` entries. */
export function withRows(matrix: MatrixInfo, rows: number, nnz: number): MatrixInfo {
  return { ...matrix, shape: [rows, matrix.shape[1]], nnz };
}

/** Name of the dtype of a matrix; `mixed` where its columns have several. */
export function dtypeName({ dtype, columnTypes }: MatrixInfo): MatrixInfo['dtype'] | 'mixed' {
  return columnTypes === undefined ? dtype : 'mixed';
}

/** The same in full: groups of columns, and which column is of which group. */
export function fullDtype(info: MatrixInfo): string {
  const { columnTypes } = info;
  if (columnTypes === undefined) return info.dtype;
  const groups = columnTypes.groups.map(({ dtype, fillValue: fill, columns }) =>
    fill === undefined ? `${dtype} of ${columns}` : `${dtype} of ${columns} (${fill})`,
  );
  return `mixed: ${groups.join(', ')} columns, CRC-32 ${columnTypes.crc32}`;
}
