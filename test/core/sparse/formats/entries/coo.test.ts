import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type CooArrays, cooEntries } from '#core/sparse/formats/entries/coo.ts';
import { anyCut, anyIndexType, type Entry, listEntries, storedArray } from './entry-list.ts';

const anyEntry: fc.Arbitrary<Entry> = fc.tuple(fc.nat(9), fc.nat(4), fc.integer());

test('lists the entries in stored order however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEntry), anyIndexType, anyCut, async (entries, type, cut) => {
      const source = cooEntries(
        {
          uri: 'x.npz',
          shape: [10, 5],
          row: storedArray(
            entries.map(([row]) => row),
            type,
          ),
          col: storedArray(
            entries.map(([, column]) => column),
            'int32',
          ),
          data: storedArray(
            entries.map(([, , value]) => value),
            'int64',
          ),
        },
        cut,
      );
      expect(await listEntries(source, cut.batchEntries)).toEqual(entries);
      expect(source.maxEntries).toBe(entries.length);
      expect(source.segments).toBe(Math.max(1, Math.ceil(entries.length / cut.segmentEntries)));
    }),
  );
});

const ARRAYS: CooArrays = {
  uri: 'x.npz',
  shape: [3, 3],
  row: storedArray([0, 1, 2], 'int32'),
  col: storedArray([0, 1, 2], 'int32'),
  data: storedArray([5, 6, 7], 'float64'),
};

test('reads each byte of a segment once', async () => {
  const row = storedArray([0, 1, 2, 0], 'int64');
  const data = storedArray([5, 6, 7, 8], 'float64');
  const col = storedArray([0, 1, 2, 0], 'int32');
  const cut = { segmentEntries: 3, batchEntries: 2 };
  const source = cooEntries({ ...ARRAYS, row, col, data }, cut);
  for await (const _ of source.readSegment(1));
  expect(row.source.reads).toEqual([{ offset: 24, length: 8 }]);
  expect(col.source.reads).toEqual([{ offset: 12, length: 4 }]);
  expect(data.source.reads).toEqual([{ offset: 24, length: 8 }]);
});

test.each([
  ['rows too few', { row: storedArray([0], 'int32') }, CorruptSourceError, '1 elements in row, 3'],
  ['columns too many', { col: storedArray([0, 1, 2, 3], 'int32') }, CorruptSourceError, '4 in col'],
  ['rows of float64', { row: ARRAYS.data }, UnsupportedSourceError, 'has row of float64'],
  ['columns of float64', { col: ARRAYS.data }, UnsupportedSourceError, 'has col of float64'],
  ['one dimension', { shape: [3] }, UnsupportedSourceError, 'has 1 dimension (3)'],
  ['a negative shape', { shape: [3, -3] }, CorruptSourceError, 'has shape 3 × -3'],
  ['too many columns', { shape: [3, 2 ** 31] }, BoundExceededError, '2147483648 columns'],
])('fails on %s', (_, change, error, message) => {
  expect(() => cooEntries({ ...ARRAYS, ...change })).toThrow(error);
  expect(() => cooEntries({ ...ARRAYS, ...change })).toThrow(message);
});
