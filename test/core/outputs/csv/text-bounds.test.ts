import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DType } from '#core/elements/dtype.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { maxCellBytes, textBounds } from '#core/outputs/csv/text-bounds.ts';
import type { ContentBounds } from '#core/outputs/output.ts';
import { matrices } from '#support/arbitrary-matrix.ts';
import { naiveCsv } from './naive-csv.ts';

function bounds(dtype: DType, rows: number, columns: number, nnz: number): ContentBounds {
  return textBounds({ dtype, rows, columns, nnz, dialect: DEFAULT_DIALECT });
}

describe('textBounds', () => {
  test('holds for every matrix, also with duplicate entries', async () => {
    await fc.assert(
      fc.property(matrices, fc.nat(40), ({ slice, options }, duplicates) => {
        const rows = slice.rowEnd - slice.rowStart;
        const nnz = slice.nnz === 0 ? 0 : slice.nnz + duplicates;
        const { min, max } = textBounds({ ...options, rows, nnz });
        const bytes = Buffer.byteLength(naiveCsv(slice, options));
        expect(bytes).toBeGreaterThanOrEqual(min);
        expect(bytes).toBeLessThanOrEqual(max);
      }),
      { numRuns: 1500 },
    );
  });

  test('is reached by the shortest and the longest values', () => {
    expect(bounds('int64', 1, 3, 2)).toEqual({ min: '1,2,0\n'.length, max: 2 * 21 + 2 });
    expect(bounds('bool', 1, 2, 2)).toEqual({
      min: 'True,True\n'.length,
      max: 'False,False\n'.length,
    });
    expect(bounds('float64', 1, 2, 2)).toEqual({ min: ',\n'.length, max: 50 });
  });

  test('is exact if nothing is stored', () => {
    expect(bounds('float64', 10, 4, 0)).toEqual({ min: 160, max: 160 });
    expect(bounds('int8', 0, 4, 0)).toEqual({ min: 0, max: 0 });
    expect(bounds('int8', 7, 0, 0)).toEqual({ min: 7, max: 7 });
  });

  test('counts a cell once, even if it is stored several times', () => {
    expect(bounds('int8', 1, 2, 1000)).toEqual({ min: 4, max: 10 });
  });

  test('assumes that duplicates leave at least one entry', () => {
    const empty = { ...DEFAULT_DIALECT, profile: 'empty' } as const;
    const options = { dtype: 'int8', rows: 1, columns: 9, nnz: 5, dialect: empty } as const;
    expect(textBounds(options)).toEqual({ min: 9 + 1, max: 9 + 5 * 4 });
  });
});

test('maxCellBytes counts the bytes of a quoted text for NaN, where a NaN can be', () => {
  const dialect = { ...DEFAULT_DIALECT, naRep: `${'€'.repeat(20)},` };
  expect(maxCellBytes({ dtype: 'float32', columns: 2, dialect })).toBe(63);
  expect(maxCellBytes({ dtype: 'int16', columns: 2, dialect })).toBe(6);
});
