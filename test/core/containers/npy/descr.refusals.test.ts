import { expect, it } from 'vitest';
import { parseDescr } from '#core/containers/npy/descr.ts';

it.each([
  ['<c8', 'complex numbers', 'matrix.real'],
  ['<c16', 'complex numbers', 'matrix.real'],
  ['>c32', 'complex numbers', 'matrix.real'],
  ['<f12', 'long doubles', "matrix.astype('float64')"],
  ['<f16', 'long doubles', "matrix.astype('float64')"],
  ['|O', 'pickled Python objects', "matrix.astype('float64')"],
  ['|O8', 'pickled Python objects', "matrix.astype('float64')"],
  ['<U3', 'elements', "matrix.astype('float64')"],
])('fails on %s as %s, and says what to save', (descr, name, fix) => {
  expect(() => parseDescr(descr, 'data.npy')).toThrow(
    `data.npy holds ${name} of type ${descr}, allowed are bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64; save ${fix} instead`,
  );
});

it('takes elements of one byte in any order, and longer ones in a known one', () => {
  for (const order of ['|', '<', '>', '='])
    expect(parseDescr(`${order}u1`, 'x').dtype).toBe('uint8');
  for (const order of ['|', '='])
    expect(() => parseDescr(`${order}u2`, 'x')).toThrow('x holds elements of type');
});
