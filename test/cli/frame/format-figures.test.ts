import { expect, it } from 'vitest';
import { formatCounted, namedChunks } from '#cli/frame/format-figures.ts';

it.each([
  [[0, 3, 4], 'chunks 0, 3, 4'],
  [Array.from({ length: 16 }, (_, at) => at), /^chunks 0, .*, 15$/],
  [Array.from({ length: 17 }, (_, at) => at), '17 chunks'],
  [Array.from({ length: 1_200 }, (_, at) => at), '1,200 chunks'],
])('names few chunks, and counts many', (indices, line) => {
  expect(namedChunks(indices)).toMatch(line);
});

it('counts one thing in the singular', () => {
  expect(formatCounted(1, 'chunk')).toBe('1 chunk');
  expect([0, 2, 1_200].map((count) => formatCounted(count, 'chunk'))).toEqual([
    ...['0 chunks', '2 chunks', '1,200 chunks'],
  ]);
});
