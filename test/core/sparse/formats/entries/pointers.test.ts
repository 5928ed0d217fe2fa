import { expect, it } from 'vitest';
import {
  checkPointers,
  expandPointers,
  readLastPointer,
} from '#core/sparse/formats/entries/pointers.ts';
import { storedArray } from './entry-list.ts';

function pointersOf(indptr: readonly number[], entries: number) {
  return {
    uri: 'x.npz',
    axis: 'column',
    indptr: storedArray(indptr, 'int64'),
    data: { length: entries },
  } as const;
}

/** Which of the shares finds a fault. */
async function faulty(indptr: readonly number[], shares: number): Promise<number[]> {
  const found: number[] = [];
  for (let share = 0; share < shares; share += 1) {
    await checkPointers(pointersOf(indptr, 100), share, shares).catch(() => found.push(share));
  }
  return found;
}

const SOUND = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];

it.each([1, 2, 3, 4, 7, 10])(
  'finds a pointer that decreases in some of %i shares',
  async (shares) => {
    expect(await faulty(SOUND, shares)).toEqual([]);
    for (let at = 1; at < SOUND.length; at += 1) {
      expect(await faulty(SOUND.with(at, SOUND[at - 1]! - 1), shares), `at ${at}`).not.toEqual([]);
      expect(await faulty(SOUND.with(at, 101), shares), `at ${at}`).not.toEqual([]);
    }
    expect(await faulty(SOUND.with(0, 1), shares)).toEqual([0]);
  },
);

it('reads of each share its pointers, and the next one', async () => {
  const pointers = pointersOf(SOUND, 100);
  for (const share of [0, 1, 2]) await checkPointers(pointers, share, 3);
  const reads = pointers.indptr.source.reads.map(({ offset, length }) => [offset / 8, length / 8]);
  // 10 pointers in thirds: [0, 3), [3, 6) and [6, 10).
  expect(reads).toEqual([
    [0, 4],
    [3, 4],
    [6, 4],
  ]);
});

it('reads the last pointer, which may leave slack', async () => {
  expect(await readLastPointer(pointersOf(SOUND, 90), 10)).toBe(90);
  expect(await readLastPointer(pointersOf([0], 5), 1)).toBe(0);
  await expect(readLastPointer(pointersOf(SOUND, 89), 10)).rejects.toThrow(
    'x.npz has an indptr that ends with 90, expected 0 to 89 (those stored)',
  );
  await expect(readLastPointer(pointersOf(SOUND, 90), 11)).rejects.toThrow(
    'x.npz has 10 elements in indptr, expected 11 for 10 columns',
  );
});

it.each([1, 2, 3, 4, 100])('gives each entry its column, in batches of %i', async (size) => {
  const pointers = pointersOf([0, 2, 2, 5, 6, 9], 9);
  const columns = [0, 0, 2, 2, 2, 3, 4, 4, 4];
  for (let start = 0; start < columns.length; start += 1) {
    for (let end = start + 1; end <= columns.length; end += 1) {
      const batches = await Array.fromAsync(expandPointers(pointers, { start, end }, size));
      expect(batches.flatMap((batch) => [...batch])).toEqual(columns.slice(start, end));
      expect(batches.slice(0, -1).every(({ length }) => length === size)).toBe(true);
    }
  }
});
