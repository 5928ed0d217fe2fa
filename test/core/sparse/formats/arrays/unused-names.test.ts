import { expect, it } from 'vitest';
import type { ArrayFile } from '#core/sparse/formats/arrays/array-file.ts';
import { unusedNames } from '#core/sparse/formats/arrays/unused-names.ts';

function holding(...names: readonly string[]): ArrayFile {
  const has = (name: string) => names.includes(`${name}.npy`);
  const read = () => Promise.reject(new Error('nothing is read'));
  return { uri: 'x.npz', isCsrByDefault: false, names, objects: [], jobs: [], has, read };
}

const CSR = ['indptr.npy', 'indices.npy', 'data.npy', 'format.npy', 'shape.npy'];

it('are none in what SciPy and pydata/sparse write', () => {
  expect(unusedNames(holding(...CSR, '_is_array.npy'), 'csr')).toEqual([]);
  const pydata = [...CSR, 'compressed_axes.npy', 'fill_value.npy'];
  expect(unusedNames(holding(...pydata), 'csc')).toEqual([]);
  expect(unusedNames(holding('data.npy', 'coords.npy', 'shape.npy'), 'coo')).toEqual([]);
});

it('are those that the format does not need', () => {
  const file = holding(...CSR, 'row.npy', 'scale.npy', 'notes.txt');
  expect(unusedNames(file, 'csr')).toEqual(['row.npy', 'scale.npy', 'notes.txt']);
  const both = holding('row.npy', 'col.npy', 'coords.npy', 'data.npy');
  expect(unusedNames(both, 'coo')).toEqual(['row.npy', 'col.npy']);
  expect(unusedNames(holding('offsets.npy', 'data.npy', 'indptr.npy'), 'dia')).toEqual([
    'indptr.npy',
  ]);
});

it('are not what an archiver of macOS adds', () => {
  const added = ['x/', '__MACOSX/._data.npy', '.DS_Store', 'x/.DS_Store'];
  expect(unusedNames(holding(...CSR, ...added), 'csr')).toEqual([]);
});

it('are few, however many there are', () => {
  const names = Array.from({ length: 100 }, (_, i) => `${i}.npy`);
  const found = unusedNames(holding(...CSR, ...names), 'csr');
  expect(found).toHaveLength(9);
  expect(found.at(-1)).toBe('92 more');
});
