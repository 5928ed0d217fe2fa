import { expect, test } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { countKeys, sortRun } from '#core/sparse/stage/counting-sort.ts';

async function* batches(...keys: readonly Int32Array[]) {
  yield* keys;
}

test('counts where each key begins', async () => {
  const keys = batches(new Int32Array([3, 1]), new Int32Array([1, 0]));
  expect(await countKeys(keys, 5, 'x')).toEqual(new Int32Array([0, 1, 3, 3, 4, 4]));
});

test('sorts any run of the entries, with items of any width', async () => {
  const keys = new Int32Array([2, 0, 2, 1]);
  const fields = [1, 2, 4, 8].map((bytes) => new Uint8Array(4 * bytes).map((_, i) => i));
  const sorting = {
    fieldBytes: [1, 2, 4, 8],
    async *replay() {
      yield { keys, fields };
    },
  };
  const starts = await countKeys(batches(keys), 3, 'x');
  const [bytes, words, ints, longs] = await sortRun(sorting, starts, { start: 1, end: 3 });
  // Sorted, the entries are those at 1, 3, 0 and 2: the run is those at 3 and 0.
  expect([...bytes!]).toEqual([3, 0]);
  expect([...words!]).toEqual([6, 7, 0, 1]);
  expect([...ints!]).toEqual([12, 13, 14, 15, 0, 1, 2, 3]);
  expect([...longs!]).toEqual([24, 25, 26, 27, 28, 29, 30, 31, 0, 1, 2, 3, 4, 5, 6, 7]);
});

test('fails on more entries than int32 positions allow, before it counts them', async () => {
  // Only its length is looked at; an array as long would take 8 GB.
  const endless = { length: 2 ** 31 } as Int32Array;
  const counting = countKeys(batches(endless), 1, 'segment 3 of x');
  await expect(counting).rejects.toThrow(BoundExceededError);
  await expect(counting).rejects.toThrow('segment 3 of x holds more than 2147483647 entries');
});
