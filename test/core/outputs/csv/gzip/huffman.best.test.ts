import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeLengths, MAX_BITS } from '#core/outputs/csv/gzip/huffman.ts';

/** Bits of the best code: each join of the two lightest puts one bit before every word below it. */
function bestBits(counts: Uint32Array): number {
  const weights = [...counts].filter((count) => count > 0);
  let bits = 0;
  while (weights.length > 1) {
    weights.sort((a, b) => b - a);
    const joined = weights.pop()! + weights.pop()!;
    bits += joined;
    weights.push(joined);
  }
  return bits;
}

function bitsOf(counts: Uint32Array, lengths: Uint8Array): number {
  return counts.reduce((sum, count, symbol) => sum + count * lengths[symbol]!, 0);
}

/** So few symbols, or counts so near to each other, that no word passes 15 bits. */
const counts = fc
  .oneof(
    fc.array(fc.nat(100_000), { minLength: 2, maxLength: 16 }),
    fc.array(fc.nat(60), { minLength: 2, maxLength: 286 }),
  )
  .map((list) => Uint32Array.from(list))
  .filter((list) => list.filter((count) => count > 0).length >= 2);

test('a code takes as few bits as the best one', async () => {
  await fc.assert(
    fc.property(counts, (list) => {
      expect(bitsOf(list, codeLengths(list, MAX_BITS))).toBe(bestBits(list));
    }),
    { numRuns: 500 },
  );
});

test.each([
  [
    [5, 5],
    [1, 1],
  ],
  [
    [1, 2, 3],
    [2, 2, 1],
  ],
  // A leaf is taken before a sum of the same weight: three words of two bits, not 1, 3, 3, 2.
  [
    [1, 1, 2, 2],
    [2, 2, 2, 2],
  ],
  [
    [0, 3, 0, 1, 1, 0],
    [0, 1, 0, 2, 2, 0],
  ],
  // Equal counts: the first symbols get the shorter words' sisters.
  [
    [4, 4, 4],
    [2, 2, 1],
  ],
  [
    [4, 4, 4, 4, 4],
    [3, 3, 2, 2, 2],
  ],
])('counts of %j have words of %j bits', (list, lengths) => {
  expect([...codeLengths(Uint32Array.from(list), MAX_BITS)]).toEqual(lengths);
});

test('a limit halves the counts, rounded up to odd ones, until the words fit', () => {
  const list = Uint32Array.of(1, 1, 2, 4, 8, 16, 0);
  expect([...codeLengths(list, 5)]).toEqual([5, 5, 4, 3, 2, 1, 0]);
  // Halved twice: 1, 1, 1, 1, 3, 5.
  expect([...codeLengths(list, 4)]).toEqual([4, 4, 4, 4, 2, 1, 0]);
});
