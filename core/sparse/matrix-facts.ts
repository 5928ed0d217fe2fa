import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { count, crc32Digits } from '#core/schemas/count.ts';
import { FORMATS } from './formats/format-names.ts';

/** A fill that is not zero: what `pd.SparseDtype("float")` has. */
const fillValue = z.literal('NaN');

/** What is known from its headers of a matrix, or of some of its rows. */
const matrixInfo = z.strictObject({
  /** `[rows, columns]`. */
  shape: z.readonly(z.tuple([count, count])),
  dtype: z.enum(DTYPES),
  /** Stored entries: explicit zeros and duplicates too. */
  nnz: count,
  /** What a cell that is not stored holds. @default 0, or False */
  fillValue: z.optional(fillValue),
});

/** How many names there are, and the CRC-32 of their text as a JSON list with one name a line. */
const namesFigures = z.strictObject({ count, crc32: crc32Digits });

/** The facts of a source of kind `matrix`. */
export const matrixFacts = z.extend(matrixInfo, {
  kind: z.literal('matrix'),
  /** That of the source; for an output with several generations, that of the latest source. */
  format: z.enum(FORMATS),
  /** Names of the columns, where they are printed and are not `0`, `1`, `2`, … */
  columnNames: z.optional(namesFigures),
});

export type FillValue = z.infer<typeof fillValue>;
export type MatrixInfo = Readonly<z.infer<typeof matrixInfo>>;
export type NamesFigures = Readonly<z.infer<typeof namesFigures>>;
export type MatrixFacts = Readonly<z.infer<typeof matrixFacts>>;

/** What is known of `rows` rows of a matrix that hold `nnz` entries. */
export function withRows(matrix: MatrixInfo, rows: number, nnz: number): MatrixInfo {
  return { ...matrix, shape: [rows, matrix.shape[1]], nnz };
}
