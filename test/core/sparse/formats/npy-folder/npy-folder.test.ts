import { describe, expect, it } from 'vitest';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { canonicalRows, rowsOf } from '#support/csr-arbitrary.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { npyArray } from '#support/npz/npy.ts';
import type { PlainCsr } from '#support/npz/write-npz.ts';
import { openUris } from '#support/open-matrix.ts';

const ROOT = 's3://b/x/';

const MATRIX: PlainCsr = {
  shape: [3, 6],
  dtype: 'int16',
  indptr: [0, 2, 2, 3],
  indices: [5, 0, 2],
  data: [7, 8, 9],
};

function open(change: Partial<PlainCsr> = {}, columns?: number) {
  const { indptr, indices, data, dtype } = { ...MATRIX, ...change };
  const objects = {
    [`${ROOT}indptr.npy`]: npyArray(indptr, 'int64'),
    [`${ROOT}indices.npy`]: npyArray(indices, 'int32'),
    [`${ROOT}data.npy`]: npyArray(data, dtype),
  };
  return openUris(memoryObjectStore(objects), [ROOT], columns === undefined ? {} : { columns });
}

describe('a bare folder of arrays', () => {
  it('has as many columns as its highest index needs', async () => {
    const { matrix } = await open();
    expect(matrix.shape).toEqual([3, 6]);
    const slices = await Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: 3 }));
    expect(rowsOf(slices)).toEqual(canonicalRows(MATRIX));
  });

  it('has the requested number of columns', async () => {
    expect((await open({}, 10)).matrix.shape).toEqual([3, 10]);
  });

  it('does not count entries after the last row, and counts no columns without entries', async () => {
    expect((await open({ indices: [5, 0, 2, 99], data: [7, 8, 9, 9] })).matrix.shape[1]).toBe(6);
    const empty = { indptr: [0, 0], indices: [], data: [] };
    expect((await open(empty)).matrix.shape).toEqual([1, 0]);
  });

  it('fails on lengths that contradict each other, and on too many columns', async () => {
    await expect(open({ data: [7, 8] })).rejects.toThrow(CorruptSourceError);
    await expect(open({ indptr: [0, 2, 9] })).rejects.toThrow('indptr that ends with 9');
    await expect(open({}, 2 ** 31)).rejects.toThrow(BoundExceededError);
  });

  it('fails when a row has a column beyond the requested number', async () => {
    const { matrix } = await open({}, 5);
    const reading = Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: 3 }));
    await expect(reading).rejects.toThrow('at column 5, but only 5 columns');
  });
});
