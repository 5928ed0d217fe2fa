import { expect, it } from 'vitest';
import { DTYPES, isFloat } from '#core/elements/dtype.ts';

it('tells floats from the other dtypes', () => {
  expect(DTYPES.filter(isFloat)).toEqual(['float16', 'float32', 'float64']);
});
