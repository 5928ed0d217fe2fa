import { expect, it } from 'vitest';
import { type MatrixDescription, matrixLines } from '#core/sparse/layout/describe-matrix.ts';

const FOUND: MatrixDescription = {
  ...{ format: 'mtx', access: 'in place', parts: 1, stagedBytes: 0 },
  ...{ shape: [1200, 30], dtype: 'float64', nnz: 9000, density: 0.25 },
  ...{ indptrDtype: 'int64', indicesDtype: 'int32' },
};

const FORMAT = { count: (value: number) => `#${value}`, bytes: (value: number) => `${value} B` };

it('describes in five lines a matrix that is read where it lies', () => {
  expect(matrixLines(FOUND, FORMAT)).toEqual([
    ['format', 'mtx, #1 part'],
    ['access', 'in place'],
    ['shape', '#1200 rows x #30 columns'],
    ['dtype', 'float64 (indptr int64, indices int32)'],
    ['nnz', '#9000 stored entries, density 0.250'],
  ]);
});

it('adds the size of what was staged, and counts several parts', () => {
  const copied: MatrixDescription = { ...FOUND, access: 'copy by rows', parts: 2, stagedBytes: 77 };
  expect(matrixLines(copied, FORMAT).slice(0, 2)).toEqual([
    ['format', 'mtx, #2 parts'],
    ['access', 'copy by rows (77 B, made once)'],
  ]);
});
