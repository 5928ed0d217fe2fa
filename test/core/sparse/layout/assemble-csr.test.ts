import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { canonicalRows, rowsOf } from '#support/csr-arbitrary.ts';
import { npyArray } from '#support/npz/npy.ts';
import { csrMembers, type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { writeZip } from '#support/npz/zip.ts';
import { openMatrix } from '#support/open-matrix.ts';

const MATRIX: PlainCsr = {
  shape: [2, 5],
  dtype: 'float64',
  indptr: [0, 1, 3],
  indices: [0, 1, 4],
  data: [1, 2, 3],
};

function open(changes: Partial<PlainCsr>) {
  return openMatrix(memorySource(writeNpz({ ...MATRIX, ...changes }), 'x.npz'));
}

it('counts as nnz only the entries that indptr covers', async () => {
  const { layout, part } = await open({ indices: [0, 1, 4, 9, 9], data: [1, 2, 3, 9, 9] });
  expect(layout.nnz).toBe(3);
  expect(part.data.length).toBe(5);
});

it('opens the largest number of columns', async () => {
  expect((await open({ shape: [2, 2 ** 31 - 1] })).matrix.shape).toEqual([2, 2 ** 31 - 1]);
});

it.each([
  [
    { shape: [2, 2 ** 31] },
    BoundExceededError,
    'x.npz has 2147483648 columns, allowed are at most',
  ],
  [
    { shape: [5] },
    UnsupportedSourceError,
    'x.npz has 1 dimension (5), allowed are two, rows × columns; save matrix.reshape((1, 5)) instead',
  ],
  [{ shape: [2, 5, 1] }, UnsupportedSourceError, 'x.npz has 3 dimensions (2 × 5 × 1)'],
  [{ shape: [2, -5] }, CorruptSourceError, 'x.npz has shape 2 × -5, expected 0 or more of each'],
  [{ shape: [2 ** 62, 5] }, CorruptSourceError, 'x.npz has shape 4611686018427388000 × 5'],
  [
    { shape: [3, 5] },
    CorruptSourceError,
    'x.npz has shape 3 × 5 and 3 elements in indptr, expected 4 for 3 rows',
  ],
  [{ data: [1, 2] }, CorruptSourceError, 'x.npz has 3 elements in indices and 2 in data'],
  [{ indptr: [0, 1, 4] }, CorruptSourceError, 'an indptr that ends with 4, expected 0 to 3'],
  [{ indptr: [0, 1, -1] }, CorruptSourceError, 'an indptr that ends with -1, expected 0 to 3'],
])('fails on a matrix with %o', async (changes, errorClass, sentence) => {
  await expect(open(changes)).rejects.toThrow(errorClass);
  await expect(open(changes)).rejects.toThrow(sentence);
});

it.each(['indptr', 'indices'] as const)('fails on %s of another type', async (name) => {
  const array = npyArray(MATRIX[name], 'float64');
  const bytes = writeZip({ ...csrMembers(MATRIX), [`${name}.npy`]: array });
  const opening = openMatrix(memorySource(bytes, 'x.npz'));
  await expect(opening).rejects.toThrow(UnsupportedSourceError);
  await expect(opening).rejects.toThrow(
    `x.npz has ${name} of float64, allowed are integers such as`,
  );
});

it.each(['int8', 'uint8', 'int16', 'uint16', 'uint32', 'uint64'] as const)(
  'reads indices and pointers of %s',
  async (dtype) => {
    for (const bigEndian of [false, true]) {
      const [indptr, indices] = [MATRIX.indptr, MATRIX.indices].map((values) =>
        npyArray(dtype === 'uint64' ? values.map(BigInt) : values, dtype, { bigEndian }),
      );
      const members = { ...csrMembers(MATRIX), 'indptr.npy': indptr!, 'indices.npy': indices! };
      const { matrix } = await openMatrix(memorySource(writeZip(members), 'x.npz'));
      const slices = await Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: 2 }));
      expect(rowsOf(slices)).toEqual(canonicalRows(MATRIX));
    }
  },
);

it('fails on an unsigned column that no matrix has', async () => {
  const indices = npyArray([0, 2 ** 32 - 1, 1], 'uint32');
  const bytes = writeZip({ ...csrMembers(MATRIX), 'indices.npy': indices });
  const { matrix } = await openMatrix(memorySource(bytes, 'x.npz'));
  const reading = Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: 2 }));
  await expect(reading).rejects.toThrow('at column 4294967295, but only 5 columns');
});
