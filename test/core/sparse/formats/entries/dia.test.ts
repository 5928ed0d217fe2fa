import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type DiaArrays, openDiaEntries } from '#core/sparse/formats/entries/dia.ts';
import { anyCut, anyIndexType, type Entry, listEntries, storedArray } from './entry-list.ts';

const anyDiagonals = fc.record({
  rows: fc.nat(8),
  columns: fc.nat(8),
  offsets: fc.uniqueArray(fc.integer({ min: -10, max: 10 }), { maxLength: 6 }),
  length: fc.nat(10),
  isFortran: fc.boolean(),
  isWide: fc.boolean(),
});

test('lists what lies in the matrix and is not zero, in either order, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(anyDiagonals, anyIndexType, anyCut, async (diagonals, type, cut) => {
      const { rows, columns, offsets, length, isFortran, isWide } = diagonals;
      const elements: { readonly k: number; readonly j: number; readonly value: number }[] = [];
      for (let k = 0; k < offsets.length; k++) {
        for (let j = 0; j < length; j++) elements.push({ k, j, value: (3 * k + j) % 5 });
      }
      // Sorting is stable: by j alone, k stays in order.
      if (isFortran) elements.sort((a, b) => a.j - b.j);
      const source = await openDiaEntries(
        {
          uri: 'x.npz',
          shape: [rows, columns],
          dataShape: [offsets.length, length],
          isFortran,
          offsets: storedArray(offsets, type),
          data: storedArray(
            elements.map(({ value }) => value),
            isWide ? 'int64' : 'float64',
          ),
        },
        cut,
      );
      const inside = elements
        .map(({ k, j, value }): Entry => [j - offsets[k]!, j, value])
        .filter(([row, column]) => row >= 0 && row < rows && column < columns);
      expect(await listEntries(source, cut.batchEntries)).toEqual(
        inside.filter(([, , value]) => value !== 0),
      );
      expect(source.maxEntries).toBe(inside.length);
    }),
  );
});

const ARRAYS: DiaArrays = {
  uri: 'x.npz',
  shape: [3, 3],
  dataShape: [2, 3],
  isFortran: false,
  offsets: storedArray([0, 1], 'int32'),
  data: storedArray([1, 2, 3, 4, 5, 6], 'float64'),
};

test.each([
  ['fewer offsets than diagonals', { offsets: storedArray([0], 'int32') }, CorruptSourceError, '1'],
  [
    'an offset that occurs twice',
    { offsets: storedArray([-7, -7], 'int64') },
    CorruptSourceError,
    'offset -7 twice',
  ],
  ['offsets of float64', { offsets: ARRAYS.data }, UnsupportedSourceError, 'offsets of float64'],
  ['a negative shape', { shape: [-1, 3] }, CorruptSourceError, 'has shape -1 × 3'],
  [
    'more diagonals than are held in memory',
    {
      dataShape: [2 ** 20 + 1, 0],
      offsets: { ...ARRAYS.offsets, length: 2 ** 20 + 1 },
    },
    BoundExceededError,
    '1048577 diagonals, allowed are 1048576',
  ],
])('fails on %s', async (_, change, error, message) => {
  const opening = openDiaEntries({ ...ARRAYS, ...change });
  await expect(opening).rejects.toThrow(error);
  await expect(opening).rejects.toThrow(message);
});
