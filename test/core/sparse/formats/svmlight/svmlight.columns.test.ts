import { expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { svmlight } from '#core/sparse/formats/svmlight/svmlight.ts';
import { resolveWith } from '#support/read-format.ts';

const MOST = 2 ** 31 - 1;

async function shapeOf(columns: number, labels: boolean) {
  return (await resolveWith(svmlight, '0 1:5 4:6\n', { columns, labels })).layout.shape;
}

it('has at most 2^31 - 1 columns, that of the labels included', async () => {
  expect(await shapeOf(MOST, false)).toEqual([1, MOST]);
  expect(await shapeOf(MOST - 1, true)).toEqual([1, MOST]);
  await expect(shapeOf(MOST, true)).rejects.toThrow(BoundExceededError);
  await expect(shapeOf(MOST, true)).rejects.toThrow(
    'x has 2147483648 columns, allowed are at most 2147483647; split the matrix by columns',
  );
});
