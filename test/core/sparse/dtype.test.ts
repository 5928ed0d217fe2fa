import { expect, it } from 'vitest';
import { DTYPES, isFloat } from '#core/sparse/dtype.ts';

it('tells floats from the other dtypes', () => {
  expect(DTYPES.filter(isFloat)).toEqual(['float16', 'float32', 'float64']);
});
