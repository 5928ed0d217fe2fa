import { expect, test } from 'vitest';
import { textDistance } from '#cli/executions/text-distance.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', 'abc', 0],
  ['kitten', 'sitting', 3],
  ['sitting', 'kitten', 3],
  ['flaw', 'lawn', 2],
])('%j and %j differ by %i letters', (a, b, distance) => {
  expect(textDistance(a, b)).toBe(distance);
});
