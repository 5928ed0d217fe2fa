import { isFloat } from '#core/elements/dtype.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import type { Hdf5Matrix } from './hdf5-fixtures.ts';

/** Python's `repr` of a double, for values that tests use. */
function floatText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Reads all rows, as Plan and the writers do. */
export async function readWhole(matrix: Matrix): Promise<Hdf5Matrix> {
  for await (const _ of readIndptr(matrix));
  const { shape, dtype } = matrix;
  const indptr = [0];
  const indices: number[] = [];
  const data: string[] = [];
  for await (const slice of readSlices(matrix, { rowStart: 0, rowEnd: shape[0] })) {
    const before = indices.length;
    indptr.push(...[...slice.indptr.slice(1)].map((end) => before + end));
    indices.push(...slice.indices);
    for (const value of slice.data) {
      data.push(isFloat(dtype) ? floatText(Number(value)) : String(value));
    }
  }
  return { shape, dtype, indptr, indices, data };
}
