import { expect, it } from 'vitest';
import { namedChunks } from '#cli/frame/format-figures.ts';

it.each([
  [[0, 3, 4], 'chunks 0, 3, 4'],
  [Array.from({ length: 16 }, (_, at) => at), /^chunks 0, .*, 15$/],
  [Array.from({ length: 17 }, (_, at) => at), '17 chunks'],
  [Array.from({ length: 1_200 }, (_, at) => at), '1,200 chunks'],
])('names few chunks, and counts many', (indices, line) => {
  expect(namedChunks(indices)).toMatch(line);
});
