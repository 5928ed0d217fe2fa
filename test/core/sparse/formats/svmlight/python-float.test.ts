import { expect, it } from 'vitest';
import { pythonFloat, pythonInt } from '#core/sparse/formats/svmlight/python-float.ts';

it.each([
  ['1', 1],
  ['+1', 1],
  ['1.', 1],
  ['-.5', -0.5],
  ['1.e5', 1e5],
  ['+.5E+05', 5e4],
  ['1_0.0_1e1_0', 100100000000],
  ['1e5_0', 1e50],
  ['1e400', Number.POSITIVE_INFINITY],
  ['1e-400', 0],
  ['-0.0', -0],
  ['iNf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
  ['-nan', Number.NaN],
])('float(%j) is %d', (text, value) => {
  expect(pythonFloat(text)).toBe(value);
});

it.each([
  ...['', '.', '-', '1d5', '1e', 'nan(1)', '1__0', '_1', '1_', '1_.5', '1._5', '0x10', '1.5abc'],
  ...['1,5', '1:2', 'infinit', 'infinity_', '1e_5', ' 1', '1 ', '\u0661', '--1'],
])('float(%j) fails', (text) => {
  expect(pythonFloat(text)).toBeUndefined();
});

it.each([
  ['1', 1],
  ['+01', 1],
  ['1_0', 10],
  ['-0', -0],
  ['-12', -12],
])('int(%j) is %d', (text, value) => {
  expect(pythonInt(text)).toBe(value);
});

it.each(['', '1.0', '1e1', 'a', '0x1', '1__0', '_1', '+'])('int(%j) fails', (text) => {
  expect(pythonInt(text)).toBeUndefined();
});
