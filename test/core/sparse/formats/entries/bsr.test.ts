import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type BsrArrays, openBsrEntries } from '#core/sparse/formats/entries/bsr.ts';
import { anyCut, anyIndexType, type Entry, listEntries, storedArray } from './entry-list.ts';

/** Block columns of the blocks of each block row. */
const anyBlockRows = fc.array(fc.array(fc.nat(3), { maxLength: 4 }), { maxLength: 5 });
const anySize = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));

/** One element after the other, as plainly as can be. */
function entriesOf(
  blockRows: readonly (readonly number[])[],
  [height, width]: readonly [number, number],
): Entry[] {
  const entries: Entry[] = [];
  for (const [blockRow, blockColumns] of blockRows.entries()) {
    for (const blockColumn of blockColumns) {
      for (let r = 0; r < height; r++) {
        for (let c = 0; c < width; c++) {
          entries.push([blockRow * height + r, blockColumn * width + c, entries.length % 7]);
        }
      }
    }
  }
  return entries;
}

test('lists every element of every block however they are cut, zeros too', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyBlockRows,
      anySize,
      anyIndexType,
      anyCut,
      async (blockRows, size, type, cut) => {
        const entries = entriesOf(blockRows, size);
        const indptr = [0];
        for (const blocks of blockRows) indptr.push(indptr.at(-1)! + blocks.length);
        const indices = blockRows.flat();
        const source = await openBsrEntries(
          {
            uri: 'x.npz',
            shape: [blockRows.length * size[0], 4 * size[1]],
            dataShape: [indices.length, ...size],
            indptr: storedArray(indptr, type),
            indices: storedArray(indices, type),
            data: storedArray(
              entries.map(([, , value]) => value),
              'int8',
            ),
          },
          cut,
        );
        expect(await listEntries(source, cut.batchEntries)).toEqual(entries);
        expect(source.maxEntries).toBe(entries.length);
      },
    ),
  );
});

const ARRAYS: BsrArrays = {
  uri: 'x.npz',
  shape: [4, 6],
  dataShape: [2, 2, 3],
  indptr: storedArray([0, 1, 2], 'int32'),
  indices: storedArray([0, 1], 'int32'),
  data: storedArray(Array<number>(12).fill(1), 'float64'),
};

test.each([
  ['blocks that do not divide the rows', { shape: [5, 6] }, 'has blocks of 2 × 3 in a matrix of 5'],
  ['blocks that do not divide the columns', { shape: [4, 7] }, 'expected a size that divides it'],
  ['blocks without rows', { dataShape: [2, 0, 3] }, 'has blocks of 0 × 3'],
  ['more indices than blocks', { dataShape: [1, 2, 3] }, '2 elements in indices and 1 blocks'],
  ['pointers too few', { indptr: storedArray([0, 2], 'int32') }, 'expected 3 for 2 block rows'],
  ['pointers that decrease', { indptr: storedArray([0, 2, 1], 'int32') }, 'block row 1 ends at'],
])('fails on %s', async (_, change, message) => {
  const open = async () => listEntries(await openBsrEntries({ ...ARRAYS, ...change }));
  await expect(open()).rejects.toThrow(CorruptSourceError);
  await expect(open()).rejects.toThrow(message);
});

test.each(['indptr', 'indices'] as const)('fails on %s of float64', async (name) => {
  const opening = openBsrEntries({ ...ARRAYS, [name]: ARRAYS.data });
  await expect(opening).rejects.toThrow(UnsupportedSourceError);
});

test('reads no more blocks together than a batch has room for', async () => {
  const indices = storedArray([0, 1, 0, 1, 0], 'int32');
  const source = await openBsrEntries(
    {
      ...ARRAYS,
      ...{ dataShape: [5, 2, 3], indptr: storedArray([0, 2, 5], 'int32'), indices },
      data: storedArray(Array<number>(30).fill(1), 'float64'),
    },
    { batchEntries: 15 },
  );
  const lengths: number[] = [];
  for await (const { rows } of source.readSegment(0)) lengths.push(rows.length);
  expect(lengths).toEqual([12, 12, 6]);
  expect(indices.source.reads.map(({ length }) => length)).toEqual([8, 8, 4]);
});
