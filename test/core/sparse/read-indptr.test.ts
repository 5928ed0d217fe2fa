import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { withCounting } from '#support/counting-source.ts';
import { goldenBytes } from '#support/golden.ts';
import { type NpzOptions, type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';

const MATRIX: PlainCsr = {
  shape: [6, 5],
  dtype: 'int8',
  indptr: [0, 1, 1, 3, 3, 4, 4],
  indices: [0, 1, 4, 2],
  data: [1, 2, 3, 4],
};

async function read(bytes: Uint8Array, bandBytes?: number) {
  const source = withCounting(memorySource(bytes, 'x.npz'));
  const { matrix, part } = await openMatrix(source);
  const opened = source.reads.length;
  const bands: number[][] = [];
  const options = bandBytes === undefined ? {} : { bandBytes };
  for await (const band of readIndptr(matrix, options)) bands.push([...band]);
  return { bands, matrix, part, reads: source.reads.slice(opened), mostAtOnce: source.mostAtOnce };
}

it.each<NpzOptions>([
  { indptrDtype: 'int32' },
  { indptrDtype: 'int64' },
  { indptrDtype: 'int64', bigEndian: true },
])('streams indptr of %o in bands', async (options) => {
  const bytes = writeNpz(MATRIX, options);
  const itemBytes = options.indptrDtype === 'int64' ? 8 : 4;
  const { bands, part, reads } = await read(bytes, 3 * itemBytes + 1);
  expect(bands).toEqual([[0, 1, 1], [3, 3, 4], [4]]);
  const { offset } = part.indptr;
  expect(reads).toEqual([
    { offset, length: 3 * itemBytes },
    { offset: offset + 3 * itemBytes, length: 3 * itemBytes },
    { offset: offset + 6 * itemBytes, length: itemBytes },
  ]);
});

it('reads bands of at least one element, one read at a time', async () => {
  const { bands, mostAtOnce } = await read(writeNpz(MATRIX), 1);
  expect(bands.flat()).toEqual(MATRIX.indptr);
  expect(bands).toHaveLength(7);
  expect(mostAtOnce).toBe(1);
});

it('reads a matrix of many rows in one band of its size', async () => {
  const { bands, matrix, part, reads } = await read(goldenBytes('inputs/tall.npz'));
  expect(bands[0]).toHaveLength(matrix.shape[0] + 1);
  expect(bands[0]?.at(-1)).toBe(matrix.nnz);
  expect(reads).toEqual([{ offset: part.indptr.offset, length: part.indptr.length * 4 }]);
});

it('reads the one element of a matrix without rows', async () => {
  expect((await read(goldenBytes('inputs/rows-0.npz'))).bands).toEqual([[0]]);
});

/** The matrix so many times over, and its source, whose reads take a while. */
async function stackOf(times: number) {
  const bytes = memorySource(writeNpz(MATRIX, { indptrDtype: 'int32' }), 'x.npz');
  const read = async (range: ByteRange) => {
    await setImmediate();
    return await bytes.read(range);
  };
  const source = withCounting({ ...bytes, read });
  const { matrix } = await openMatrix(source);
  return { ...matrix, parts: Array.from({ length: times }, () => matrix.parts[0]!), source };
}

it('reads the first bands of small parts at once, and gives all in order', async () => {
  const times = 40;
  const stack = await stackOf(times);
  const values: number[] = [];
  for await (const band of readIndptr(stack)) values.push(...band);
  const ends = MATRIX.indptr.slice(1);
  const expected = Array.from({ length: times }, (_, time) => ends.map((end) => 4 * time + end));
  expect(values).toEqual([0, ...expected.flat()]);
  expect(stack.source.mostAtOnce).toBe(16);
});

it('reads as many first bands at once as one band has bytes', async () => {
  const stack = await stackOf(9);
  const bandBytes = 6 * MATRIX.indptr.length * 4;
  for await (const _ of readIndptr(stack, { bandBytes }));
  expect(stack.source.mostAtOnce).toBe(6);
});

it.each([
  [[0, 1, 1, 3, 2, 4, 4], 'row 3 ends at entry 2, expected 3 to 4'],
  [[0, 1, 1, 3, 3, 2, 4], 'row 4 ends at entry 2, expected 3 to 4'],
  [[0, 1, 5, 3, 3, 4, 4], 'row 1 ends at entry 5, expected 1 to 4'],
  [[0, -1, 1, 3, 3, 4, 4], 'row 0 ends at entry -1, expected 0 to 4'],
  [[1, 1, 1, 3, 3, 4, 4], 'row 0 starts at entry 1, expected 0'],
  [[0, 1, 2 ** 60, 3, 3, 4, 4], 'row 1 ends at entry 1152921504606847000, expected 1 to 4'],
])('fails on %o, naming the row', async (indptr, sentence) => {
  for (const bandBytes of [8, 16, 40, 1_000]) {
    const bytes = writeNpz({ ...MATRIX, indptr }, { indptrDtype: 'int64' });
    await expect(read(bytes, bandBytes)).rejects.toThrow(CorruptSourceError);
    await expect(read(bytes, bandBytes)).rejects.toThrow(`x.npz has a damaged indptr: ${sentence}`);
  }
});
