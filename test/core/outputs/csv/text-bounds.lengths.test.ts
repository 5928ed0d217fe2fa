import { expect, it } from 'vitest';
import { DTYPES, type DType } from '#core/elements/dtype.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { maxCellBytes, textBounds } from '#core/outputs/csv/text-bounds.ts';

/** Texts of the shortest and the longest value of each dtype, NaN apart. */
const EXTREMES: Readonly<Record<DType, readonly [shortest: string, longest: string]>> = {
  bool: ['True', 'False'],
  int8: ['0', '-128'],
  int16: ['0', '-32768'],
  int32: ['0', '-2147483648'],
  int64: ['0', '-9223372036854775808'],
  uint8: ['0', '255'],
  uint16: ['0', '65535'],
  uint32: ['0', '4294967295'],
  uint64: ['0', '18446744073709551615'],
  float16: ['inf', '-5.9604644775390625e-08'],
  float32: ['inf', '-1.1754943508222875e-38'],
  float64: ['inf', '-1.7976931348623157e+308'],
};

it.each(DTYPES)('a stored %s has as many bytes as its extremes', (dtype) => {
  const [shortest, longest] = EXTREMES[dtype];
  // As long as the shortest value, so that NaN neither shortens nor lengthens a cell.
  const dialect = { ...DEFAULT_DIALECT, profile: 'empty', naRep: 'nan' } as const;
  const options = { dtype, columns: 1, dialect };
  expect(maxCellBytes(options)).toBe(longest.length);
  expect(textBounds({ ...options, rows: 1, nnz: 1 })).toEqual({
    min: shortest.length + 1,
    max: longest.length + 1,
  });
});
