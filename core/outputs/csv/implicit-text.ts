import { type DType, isFloat } from '#core/elements/dtype.ts';
import type { FillValue } from '#core/sparse/matrix-facts.ts';
import type { CsvDialect, CsvProfile } from './csv-dialect.ts';
import { quoteCell } from './quote-cell.ts';

/** What decides the texts that are the same in every cell of a matrix. */
export interface CellOptions {
  readonly dtype: DType;
  /** Columns of the matrix, `shape[1]`: a cell alone on its line may not be bare and empty. */
  readonly columns: number;
  /** What a cell that is not stored holds. @default 0, or False */
  readonly fillValue?: FillValue | undefined;
  readonly dialect: CsvDialect;
}

function typedZero(dtype: DType): string {
  if (dtype === 'bool') return 'False';
  return isFloat(dtype) ? '0.0' : '0';
}

function profileText(profile: CsvProfile, dtype: DType): string {
  if (profile === 'empty') return '';
  return profile === 'zero0' ? '0' : typedZero(dtype);
}

/** Text of a cell that is not stored; one that is NaN prints as a stored NaN does, whatever the profile. */
export function implicitText(options: CellOptions): string {
  const { dtype, columns, dialect, fillValue } = options;
  if (fillValue === 'NaN') return naText(options);
  return quoteCell(profileText(dialect.profile, dtype), dialect.delimiter, columns === 1);
}

/** Text of a stored NaN. */
export function naText({ columns, dialect }: CellOptions): string {
  return quoteCell(dialect.naRep, dialect.delimiter, columns === 1);
}
