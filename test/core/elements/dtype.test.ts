import { expect, it } from 'vitest';
import { DTYPES, isFloat } from '#core/elements/dtype.ts';

it('isFloat is true for the floating-point dtypes only', () => {
  expect(DTYPES.filter(isFloat)).toEqual(['float16', 'float32', 'float64']);
});
