import { expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError, RequestError, UnsupportedSourceError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { npz } from '#core/sparse/formats/npz/npz.ts';
import { npyArray, npyFromHeader, npyString } from '#support/npz/npy.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { writeZip } from '#support/npz/zip.ts';
import { openMatrix } from '#support/open-matrix.ts';

/** An array of float64 or int32 zeros of any shape. */
function zeros(type: '<f8' | '<i4', shape: readonly number[], isFortran = false): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const order = isFortran ? 'True' : 'False';
  const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape.join(', ')},), }`;
  return npyFromHeader(header, new Uint8Array(count * Number(type.charAt(2))));
}

const COO = {
  'row.npy': zeros('<i4', [2]),
  'col.npy': zeros('<i4', [2]),
  'format.npy': npyString('coo'),
  'shape.npy': npyArray([4, 4], 'int64'),
  'data.npy': zeros('<f8', [2]),
};
const { 'row.npy': _row, 'col.npy': _col, ...WITHOUT_COORDINATES } = COO;
const BSR = {
  'indices.npy': zeros('<i4', [1]),
  'indptr.npy': npyArray([0, 1, 1], 'int32'),
  'format.npy': npyString('bsr'),
  'shape.npy': npyArray([4, 4], 'int64'),
  'data.npy': zeros('<f8', [1, 2, 2]),
};
const DIA = {
  'offsets.npy': zeros('<i4', [1]),
  'format.npy': npyString('dia'),
  'shape.npy': npyArray([4, 4], 'int64'),
  'data.npy': zeros('<f8', [1, 4]),
};

function open(members: Readonly<Record<string, Uint8Array>>) {
  return openMatrix(memorySource(writeZip(members), 'x.npz'));
}

test.each([
  ['COO', COO, 2],
  ['COO with coords', { ...WITHOUT_COORDINATES, 'coords.npy': zeros('<i4', [2, 2]) }, 2],
  ['BSR', BSR, 4],
  ['DIA', DIA, 0],
])('opens %s', async (_, members, nnz) => {
  const { layout } = await open(members);
  expect(layout).toMatchObject({ format: 'npz', shape: [4, 4], dtype: 'float64', nnz });
});

test.each([
  ['COO without rows', WITHOUT_COORDINATES, CorruptSourceError, 'no row.npy'],
  [
    'coords of three dimensions in a matrix of two',
    { ...WITHOUT_COORDINATES, 'coords.npy': zeros('<i4', [3, 2]) },
    CorruptSourceError,
    'coords of 3 dimensions',
  ],
  [
    'COO of three dimensions',
    {
      ...WITHOUT_COORDINATES,
      'coords.npy': zeros('<i4', [3, 2]),
      'shape.npy': npyArray([4, 4, 4], 'int64'),
    },
    UnsupportedSourceError,
    'has 3 dimensions (4 × 4 × 4), allowed are two, rows × columns; save matrix.reshape((4, 16)) instead',
  ],
  [
    'COO of one dimension',
    {
      ...WITHOUT_COORDINATES,
      'coords.npy': zeros('<i4', [1, 2]),
      'shape.npy': npyArray([4], 'int64'),
    },
    UnsupportedSourceError,
    'has 1 dimension (4)',
  ],
  [
    'coords in Fortran order',
    { ...WITHOUT_COORDINATES, 'coords.npy': zeros('<i4', [2, 2], true) },
    UnsupportedSourceError,
    'coords in Fortran order',
  ],
  [
    'blocks in Fortran order',
    { ...BSR, 'data.npy': zeros('<f8', [1, 2, 2], true) },
    UnsupportedSourceError,
    'blocks in Fortran order',
  ],
  [
    'blocks of two dimensions',
    { ...BSR, 'data.npy': zeros('<f8', [1, 4]) },
    CorruptSourceError,
    'data.npy in x.npz has 2 dimensions (1 × 4), expected three',
  ],
  [
    'diagonals of one dimension',
    { ...DIA, 'data.npy': zeros('<f8', [4]) },
    CorruptSourceError,
    'has 1 dimensions (4), expected two',
  ],
  [
    'fewer bytes than the header says',
    { ...DIA, 'data.npy': DIA['data.npy'].slice(0, -8) },
    CorruptSourceError,
    'should hold 4 elements in 32 bytes, got 24',
  ],
])('fails on %s', async (_, members, error, message) => {
  await expect(open(members)).rejects.toThrow(error);
  await expect(open(members)).rejects.toThrow(message);
});

test('fails on a job for CSR, which has none', async () => {
  const matrix = { shape: [1, 1], dtype: 'int8', indptr: [0, 1], indices: [0], data: [1] } as const;
  const source = memorySource(writeNpz(matrix), 'x.npz');
  const pin = { uri: 'x.npz', etag: source.etag, versionId: null, size: source.size };
  const store = { pin: async () => pin, async *list() {}, open: () => source };
  const unit = { uri: 'x.npz', objects: [pin] };
  const input = { unit, source, options: {}, store, staged: memoryStageStore() };
  const staging = npz.stage!({ round: 'whole', index: 0 }, input);
  await expect(staging).rejects.toThrow(RequestError);
});
