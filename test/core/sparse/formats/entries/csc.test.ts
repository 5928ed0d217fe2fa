import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type CscArrays, openCscEntries } from '#core/sparse/formats/entries/csc.ts';
import { anyCut, anyIndexType, type Entry, listEntries, storedArray } from './entry-list.ts';

/** Rows of the entries of each column. */
const anyColumns = fc.array(fc.array(fc.nat(9), { maxLength: 8 }), { maxLength: 12 });

function pointersOf(columns: readonly (readonly number[])[]): number[] {
  const indptr = [0];
  for (const rows of columns) indptr.push(indptr.at(-1)! + rows.length);
  return indptr;
}

function entriesOf(columns: readonly (readonly number[])[]): Entry[] {
  return columns
    .flatMap((rows, column) => rows.map((row) => [row, column] as const))
    .map(([row, column], i) => [row, column, i]);
}

test('lists the entries column by column however they are cut, without the slack', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyColumns,
      fc.nat(3),
      anyIndexType,
      anyCut,
      async (columns, slack, type, cut) => {
        const entries = entriesOf(columns);
        const beyond = Array<number>(slack).fill(99);
        const source = await openCscEntries(
          {
            uri: 'x.npz',
            shape: [10, columns.length],
            indptr: storedArray(pointersOf(columns), type),
            indices: storedArray([...columns.flat(), ...beyond], 'int32'),
            data: storedArray([...entries.keys(), ...beyond], 'float64'),
          },
          cut,
        );
        expect(await listEntries(source, cut.batchEntries)).toEqual(entries);
        expect(source.maxEntries).toBe(entries.length);
      },
    ),
  );
});

describe('a matrix of a million columns', () => {
  const COLUMNS = 1_000_000;
  const entries = Array.from({ length: 1000 }, (_, i): Entry => [0, i * 1000 + 7, i]);
  const pointers = Array.from({ length: COLUMNS + 1 }, (_, c) => Math.ceil((c - 7) / 1000));
  const indptr = storedArray(
    pointers.map((pointer) => Math.max(0, pointer)),
    'int64',
  );
  const arrays: CscArrays = {
    uri: 'x.npz',
    shape: [1, COLUMNS],
    indptr,
    indices: storedArray(Array<number>(entries.length).fill(0), 'int32'),
    data: storedArray([...entries.keys()], 'float64'),
  };

  test('is listed whole', async () => {
    const source = await openCscEntries(arrays, { segmentEntries: 100 });
    expect(await listEntries(source)).toEqual(entries);
  });

  test('reads, for each segment, a share of indptr, a search, and the pointers of its columns', async () => {
    const source = await openCscEntries(arrays, { segmentEntries: 100 });
    const before = indptr.source.reads.length;
    for await (const _ of source.readSegment(7));
    const reads = indptr.source.reads.slice(before);
    const bytes = reads.reduce((sum, { length }) => sum + length, 0);
    // A share of 100,001 pointers in 4 reads, 5 steps of a search, and 4 reads of 32,768 pointers.
    expect(reads).toHaveLength(13);
    expect(bytes).toBe(8 * (100_001 + 5 + 4 * 32_768));
  });

  test.each([
    [123_456, 'column 123455 ends at entry 5000, expected 124 to 1000'],
    [900_000, 'column 899999 ends at entry 5000'],
  ])('fails on a pointer that is wrong at column %i', async (column, message) => {
    const wrong = pointers.map((pointer) => Math.max(0, pointer)).with(column, 5000);
    const source = await openCscEntries(
      { ...arrays, indptr: storedArray(wrong, 'int64') },
      { segmentEntries: 100 },
    );
    await expect(listEntries(source)).rejects.toThrow(CorruptSourceError);
    await expect(listEntries(source)).rejects.toThrow(message);
  });
});

const ARRAYS: CscArrays = {
  uri: 'x.npz',
  shape: [3, 2],
  indptr: storedArray([0, 1, 3], 'int32'),
  indices: storedArray([0, 1, 2], 'int32'),
  data: storedArray([5, 6, 7], 'float64'),
};

test.each([
  ['pointers too few', { indptr: storedArray([0, 3], 'int32') }, 'expected 3 for 2 columns'],
  ['pointers past the entries', { indptr: storedArray([0, 1, 4], 'int32') }, 'ends with 4'],
  ['negative pointers', { indptr: storedArray([0, 1, -1], 'int64') }, 'ends with -1'],
  ['a first pointer that is not 0', { indptr: storedArray([1, 1, 3], 'int32') }, 'starts at entry'],
  ['pointers that decrease', { indptr: storedArray([0, 3, 2], 'int32') }, 'column 1 ends at'],
  ['as many rows as values', { indices: storedArray([0, 1], 'int32') }, '2 elements in indices'],
  ['a negative shape', { shape: [-3, 2] }, 'has shape -3 × 2'],
])('fails without or on %s', async (_, change, message) => {
  const open = async () => listEntries(await openCscEntries({ ...ARRAYS, ...change }));
  await expect(open()).rejects.toThrow(CorruptSourceError);
  await expect(open()).rejects.toThrow(message);
});

test.each(['indptr', 'indices'] as const)('fails on %s of float64', async (name) => {
  const opening = openCscEntries({ ...ARRAYS, [name]: ARRAYS.data });
  await expect(opening).rejects.toThrow(UnsupportedSourceError);
  await expect(opening).rejects.toThrow(`${name} of float64`);
});
