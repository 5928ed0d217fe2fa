import { expect, it } from 'vitest';
import { listLevels } from '#core/outputs/parquet/list-levels.ts';

it('joins equal levels to runs, of any number', () => {
  const { count, bytes } = listLevels([2, 0, 1]);
  expect(count).toBe(4);
  const repetition = [6, 0, 0, 0, 2, 0, 2, 1, 4, 0];
  const definition = [6, 0, 0, 0, 4, 1, 2, 0, 2, 1];
  expect([...bytes]).toEqual([...repetition, ...definition]);
  const many = listLevels(Array.from({ length: 5_000 }, () => 200));
  expect(many.count).toBe(1_000_000);
  // A run of 1 and one of 199, which takes a byte more, for each list; one run in all.
  expect(many.bytes.length).toBe(4 + 5_000 * 5 + 4 + 4);
});
