import { expect, it } from 'vitest';
import { difference, duration, money } from '#cli/report/texts.ts';

it.each([
  [0.4213, '0.42 s'],
  [41.2, '41 s'],
  [185, '3 min 05 s'],
  [7_830, '2 h 11 min'],
  [Number.NaN, '–'],
  [undefined, '–'],
])('writes a duration of %s as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it.each([
  [12.345, '$12.35'],
  [0.05, '$0.050'],
  [0.00034, '$0.00034'],
  [0, '$0.00'],
])('writes %s dollars as %s', (dollars, text) => {
  expect(money(dollars)).toBe(text);
});

it.each([
  [103, 100, '+3.0 %'],
  [50, 100, '−50 %'],
  [100, 100, '±0 %'],
  [1, 0, ''],
  [1, undefined, ''],
])('compares %s with %s as %s', (used, planned, text) => {
  expect(difference(used, planned)).toBe(text);
});
