import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { DType } from '#core/elements/dtype.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { rowsOf } from '#support/csr-arbitrary.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { npyArray, npyFromHeader, npyString } from '#support/npz/npy.ts';
import { writeZip } from '#support/npz/zip.ts';
import { openMatrix, openUris } from '#support/open-matrix.ts';

type Members = Readonly<Record<string, Uint8Array>>;

const ROOT = 's3://bucket/x/';

function scalar(descr: string, bytes: Uint8Array): Uint8Array {
  return npyFromHeader(`{'descr': '${descr}', 'fortran_order': False, 'shape': (), }`, bytes);
}

function double(value: number): Uint8Array {
  return scalar('<f8', new Uint8Array(Float64Array.of(value).buffer));
}

const shape = (...sizes: readonly number[]) => npyArray(sizes, 'int64');
const ints = (...values: readonly number[]) => npyArray(values, 'int32');

/** The matrix [[0, 5, 0], [6, 0, 7]] in three formats, without a member `format`. */
const CSR = {
  'shape.npy': shape(2, 3),
  'indptr.npy': ints(0, 1, 3),
  'indices.npy': ints(1, 0, 2),
  'data.npy': npyArray([5, 6, 7], 'float64'),
};
const CSC = {
  'shape.npy': shape(2, 3),
  'indptr.npy': ints(0, 1, 2, 3),
  'indices.npy': ints(1, 0, 1),
  'data.npy': npyArray([6, 5, 7], 'float64'),
};
const COO = {
  'shape.npy': shape(2, 3),
  'row.npy': ints(1, 0, 1),
  'col.npy': ints(2, 1, 0),
  'data.npy': npyArray([7, 5, 6], 'float64'),
};
const COORDS = npyFromHeader(
  "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }",
  new Uint8Array(BigInt64Array.of(1n, 0n, 1n, 2n, 1n, 0n).buffer),
);
const PYDATA = { 'shape.npy': COO['shape.npy'], 'coords.npy': COORDS, 'data.npy': COO['data.npy'] };
const DIA = {
  'shape.npy': shape(2, 3),
  'offsets.npy': ints(1, -1),
  'data.npy': npyFromHeader(
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }",
    new Uint8Array(Float64Array.of(0, 5, 7, 6, 0, 0).buffer),
  ),
};
const BSR = {
  'shape.npy': shape(2, 3),
  'indptr.npy': ints(0, 1),
  'indices.npy': ints(0),
  'data.npy': npyFromHeader(
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 3), }",
    new Uint8Array(Float64Array.of(0, 5, 0, 6, 0, 7).buffer),
  ),
};

/** The matrix [[0, 5], [0, 0]] as CSR, or its transpose as CSC. */
const SQUARE = {
  'shape.npy': shape(2, 2),
  'indptr.npy': ints(0, 1, 1),
  'indices.npy': ints(1),
  'data.npy': npyArray([5], 'float64'),
};

const openZip = (members: Members) => openMatrix(memorySource(writeZip(members), 'x.npz'));

function openFolder(members: Members, options = {}) {
  const objects = Object.entries(members).map(([name, bytes]) => [`${ROOT}${name}`, bytes]);
  return openUris(memoryObjectStore(Object.fromEntries(objects)), [ROOT], options);
}

async function cellsOf(opening: ReturnType<typeof openZip>): Promise<number[][]> {
  const { matrix } = await opening;
  const [rows, columns] = matrix.shape;
  const slices = await Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: rows }));
  return rowsOf(slices).map((row) => {
    const cells = Array<number>(columns).fill(0);
    for (const [column, value] of row) cells[column] = Number(value);
    return cells;
  });
}

const CELLS = [
  [0, 5, 0],
  [6, 0, 7],
];

const FORMATS = [
  ['csr', CSR],
  ['csc', CSC],
  ['coo', COO],
  ['coo', PYDATA],
  ['dia', DIA],
  ['bsr', BSR],
] as const;

describe('a matrix without a member that names its format', () => {
  it.each(FORMATS)('is read where its arrays say that it is %s', async (_, members) => {
    expect(await cellsOf(openZip(members))).toEqual(CELLS);
  });

  it.each(FORMATS.slice(1))('is read from a folder: %s', async (_, members) => {
    expect(await cellsOf(openFolder(members))).toEqual(CELLS);
  });

  it('of pydata/sparse is by rows or by columns as its compressed axis says', async () => {
    const along = (axis: number) => ({ ...SQUARE, 'compressed_axes.npy': ints(axis) });
    expect(await cellsOf(openZip(along(0)))).toEqual([
      [0, 5],
      [0, 0],
    ]);
    expect(await cellsOf(openZip(along(1)))).toEqual([
      [0, 0],
      [5, 0],
    ]);
    const named = { ...along(1), 'format.npy': npyString('gcxs') };
    expect(await cellsOf(openZip(named))).toEqual([
      [0, 0],
      [5, 0],
    ]);
  });

  it.each([
    [ints(2), 'has compressed_axes of 2, expected 0 (rows) or 1 (columns)'],
    [ints(0, 1), 'has compressed_axes of 0, 1, expected'],
    [ints(1), 'says csr in format.npy and csc in compressed_axes.npy, expected the same'],
  ])('of pydata/sparse has one axis, that of its format', async (axes, sentence) => {
    const opening = openZip({
      ...CSR,
      ...{ 'format.npy': npyString('csr'), 'compressed_axes.npy': axes },
    });
    await expect(opening).rejects.toThrow(CorruptSourceError);
    await expect(opening).rejects.toThrow(sentence);
  });

  it('of GCXS is refused without its axis', async () => {
    const opening = openZip({ ...CSR, 'format.npy': npyString('gcxs') });
    await expect(opening).rejects.toThrow('but no compressed_axes.npy, which its format needs');
  });

  it.each([
    ['as wide as long', SQUARE, '2 × 2 may be csr or csc'],
    ['with coordinates too', { ...CSR, ...COO }, '2 × 3 may be csr or coo'],
    ['with diagonals too', { ...COO, 'offsets.npy': ints(0) }, '2 × 3 may be coo or dia'],
  ])('is refused where a doubt is left: %s', async (_, members, sentence) => {
    const opening = openZip(members);
    await expect(opening).rejects.toThrow(UnsupportedSourceError);
    await expect(opening).rejects.toThrow(sentence);
  });

  it('is refused where its lengths fit neither rows nor columns, or arrays are missing', async () => {
    await expect(openZip({ ...CSR, 'indptr.npy': ints(0, 3) })).rejects.toThrow(
      'x.npz has shape 2 × 3 and 2 elements in indptr, expected 3 as CSR or 4 as CSC',
    );
    const { 'shape.npy': _, ...bare } = CSR;
    await expect(openZip(bare)).rejects.toThrow('but no format.npy, so it is no sparse matrix');
  });
});

describe('a folder of arrays', () => {
  it.each([
    ['csr', CSR],
    ['csc', CSC],
    ['coo', COO],
  ] as const)('obeys format.npy: %s', async (name, members) => {
    expect(await cellsOf(openFolder({ ...members, 'format.npy': npyString(name) }))).toEqual(CELLS);
  });

  it('obeys shape.npy, also with empty columns at the end', async () => {
    const { matrix } = await openFolder({ ...CSR, 'shape.npy': shape(2, 9) });
    expect(matrix.shape).toEqual([2, 9]);
    const wrong = openFolder({
      ...CSR,
      'shape.npy': shape(9, 3),
      'format.npy': npyString('csr'),
    });
    await expect(wrong).rejects.toThrow(
      'has shape 9 × 3 and 3 elements in indptr, expected 10 for 9 rows',
    );
  });

  it('is CSR where nothing says otherwise, as three arrays alone are', async () => {
    expect(await cellsOf(openFolder(SQUARE))).toEqual([
      [0, 5],
      [0, 0],
    ]);
    expect(await cellsOf(openFolder({ ...SQUARE, 'format.npy': npyString('csc') }))).toEqual([
      [0, 0],
      [5, 0],
    ]);
  });

  it('without shape.npy obeys the others', async () => {
    const { 'shape.npy': _, ...bare } = CSR;
    const named = { ...bare, 'format.npy': npyString('csr') };
    expect((await openFolder(named)).matrix.shape).toEqual([2, 3]);
    const filled = { ...bare, 'fill_value.npy': double(Number.NaN) };
    expect((await openFolder(filled)).matrix.fillValue).toBe('NaN');
    for (const other of [
      { ...bare, 'format.npy': npyString('csc') },
      { ...bare, 'compressed_axes.npy': ints(1) },
      { ...bare, 'data.npy': BSR['data.npy'] },
    ]) {
      await expect(openFolder(other)).rejects.toThrow('but no shape.npy, which its format needs');
    }
  });

  it('refuses another number of columns than shape.npy has, and says what lacks', async () => {
    await expect(openFolder(CSR, { columns: 4 })).rejects.toThrow(
      `columns is 4, but the shape.npy of ${ROOT} says 2 × 3`,
    );
    expect((await openFolder(CSR, { columns: 3 })).matrix.shape).toEqual([2, 3]);
    const { 'shape.npy': _, ...withoutShape } = COO;
    const opening = openFolder({ ...withoutShape, 'format.npy': npyString('coo') });
    await expect(opening).rejects.toThrow(CorruptSourceError);
    await expect(opening).rejects.toThrow('but no shape.npy, which its format needs');
  });
});

describe('the format of arrays', () => {
  it('is refused where two members name different ones', async () => {
    const members = { ...CSR, 'format.npy': npyString('csr'), 'compressed_axes.npy': ints(1) };
    await expect(openZip(members)).rejects.toThrow(
      'says csr in format.npy and csc in compressed_axes.npy, expected the same',
    );
  });

  it('is none where arrays are missing', async () => {
    const { 'shape.npy': size, 'data.npy': data } = CSR;
    await expect(openZip({ 'shape.npy': size, 'data.npy': data })).rejects.toThrow(
      UnsupportedSourceError,
    );
  });
});

describe('a fill value', () => {
  const withFill = (fill: Uint8Array, members: Members = PYDATA) =>
    openZip({ ...members, 'fill_value.npy': fill, 'format.npy': npyString('coo') });

  it.each([
    ['0.0', double(0)],
    ['0', scalar('<i8', new Uint8Array(8))],
    ['False', scalar('|b1', new Uint8Array(1))],
  ])('of %s is what SciPy has', async (_, fill) => {
    const { matrix } = await withFill(fill);
    expect(matrix.fillValue).toBeUndefined();
  });

  it('of NaN is that of the matrix, converted or not', async () => {
    expect((await withFill(double(Number.NaN))).matrix.fillValue).toBe('NaN');
    const csr = { ...CSR, 'fill_value.npy': double(Number.NaN), 'format.npy': npyString('csr') };
    expect((await openZip(csr)).matrix.fillValue).toBe('NaN');
  });

  it('of NaN is refused for diagonals, whose zeros are left out', async () => {
    const opening = openZip({ ...DIA, 'fill_value.npy': double(Number.NaN) });
    await expect(opening).rejects.toThrow('x.npz has a fill_value of NaN');
  });

  it.each([
    ['1', double(1), 'float64'],
    ['-0.0', double(-0), 'float64'],
    ['NaN', double(Number.NaN), 'int64'],
    ['3', scalar('<i8', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0)), 'int64'],
    ['1', scalar('|b1', Uint8Array.of(1)), 'bool'],
  ] as const)('of %s is refused by name', async (shown, fill, dtype: DType) => {
    const values = dtype === 'int64' ? [7n, 5n, 6n] : [1, 1, 1];
    const opening = withFill(fill, { ...PYDATA, 'data.npy': npyArray(values, dtype) });
    await expect(opening).rejects.toThrow(UnsupportedSourceError);
    await expect(opening).rejects.toThrow(`has a fill_value of ${shown} in the cells`);
  });
});
