import { type DType, isFloat } from '#core/elements/dtype.ts';
import type { FillValue, RowNamesFacts } from '#core/sparse/matrix-facts.ts';
import type { CsvDialect } from './csv-dialect.ts';
import type { CsvProfile } from './profiles.ts';
import { quoteCell } from './quote-cell.ts';

/** The options that decide the texts which are the same in the whole matrix. */
export interface CellOptions {
  readonly dtype: DType;
  /**
   * Columns of the matrix, `shape[1]`. They matter because an empty cell that is alone on its line
   * is quoted.
   */
  readonly columns: number;
  /** Value of the cells that are not stored. @default 0, or False */
  readonly fillValue?: FillValue | undefined;
  readonly dialect: CsvDialect;
  /** Of the rows' names; undefined where rows are numbered, or have no first cell. */
  readonly rowNames?: RowNamesFacts | undefined;
}

/** True if a row has a single cell, which is quoted if it is empty. */
export function isAlone({ columns, dialect }: Pick<CellOptions, 'columns' | 'dialect'>): boolean {
  return columns + (dialect.index ? 1 : 0) === 1;
}

function typedZero(dtype: DType): string {
  if (dtype === 'bool') return 'False';
  return isFloat(dtype) ? '0.0' : '0';
}

function profileText(profile: CsvProfile, dtype: DType): string {
  if (profile === 'empty') return '';
  return profile === 'zero0' ? '0' : typedZero(dtype);
}

/**
 * Text of a cell that is not stored. If such cells are NaN, it is that of a stored NaN under every
 * profile.
 */
export function implicitText(options: CellOptions): string {
  const { dtype, dialect, fillValue } = options;
  if (fillValue === 'NaN') return naText(options);
  return quoteCell(profileText(dialect.profile, dtype), dialect.delimiter, isAlone(options));
}

/** Text of a stored NaN. */
export function naText(options: CellOptions): string {
  const { naRep, delimiter } = options.dialect;
  return quoteCell(naRep, delimiter, isAlone(options));
}
