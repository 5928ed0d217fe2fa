import { expect, it } from 'vitest';
import { parseDescr } from '#core/containers/npy/descr.ts';
import { UnsupportedSourceError } from '#core/errors.ts';

it.each([
  ['|b1', 'bool'],
  ['|i1', 'int8'],
  ['|u1', 'uint8'],
  ['<i2', 'int16'],
  ['<u2', 'uint16'],
  ['<i4', 'int32'],
  ['<u4', 'uint32'],
  ['<i8', 'int64'],
  ['<u8', 'uint64'],
  ['<f2', 'float16'],
  ['<f4', 'float32'],
  ['<f8', 'float64'],
])('reads %s as %s', (descr, dtype) => {
  expect(parseDescr(descr, 'data.npy')).toEqual({ dtype, bigEndian: false });
  if (descr.startsWith('|')) return;
  expect(parseDescr(`>${descr.slice(1)}`, 'data.npy')).toEqual({ dtype, bigEndian: true });
});

it.each([
  ['<c8', 'complex numbers of type <c8'],
  ['<c16', 'save matrix.real instead'],
  ['<f16', 'long doubles of type <f16'],
  ['|O', 'pickled Python objects of type |O'],
  ['<U3', 'elements of type <U3'],
  ['<M8[ns]', 'elements of type <M8[ns]'],
  ['|V16', 'elements of type |V16'],
  ['|f8', 'elements of type |f8'],
  ['<constructor', 'elements of type <constructor'],
  ['', 'elements of type '],
])('fails on %s', (descr, sentence) => {
  expect(() => parseDescr(descr, 'data.npy')).toThrow(UnsupportedSourceError);
  expect(() => parseDescr(descr, 'data.npy')).toThrow(sentence);
  expect(() => parseDescr(descr, 'data.npy')).toThrow('allowed are bool, int8, int16');
});
