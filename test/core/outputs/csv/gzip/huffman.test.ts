import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalCode, codeLengths } from '#core/outputs/csv/gzip/huffman.ts';

const someCounts = fc
  .array(fc.oneof(fc.nat(20), fc.nat(1e9)), { minLength: 2, maxLength: 286 })
  .filter((counts) => counts.filter((count) => count > 0).length >= 2)
  .map((counts) => Uint32Array.from(counts));

describe('a Huffman code', () => {
  test('is complete, within its limit, and has words for exactly the symbols that occur', async () => {
    await fc.assert(
      fc.property(someCounts, (counts) => {
        const lengths = codeLengths(counts, 15);
        const sum = lengths.reduce((space, length) => space + (length > 0 ? 2 ** -length : 0), 0);
        expect(sum).toBe(1);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(15);
        expect([...lengths].map((length) => length > 0)).toEqual([...counts].map((c) => c > 0));
      }),
    );
  });

  test('gives shorter words to more frequent symbols', () => {
    expect(codeLengths(Uint32Array.of(1, 1, 2, 4, 0, 8), 15)).toEqual(
      Uint8Array.of(4, 4, 3, 2, 0, 1),
    );
  });

  test('stays within a limit that the best code would exceed', () => {
    const counts = new Uint32Array(19);
    for (let i = 0, [a, b] = [1, 1]; i < 19; i += 1, [a, b] = [b, a + b]) counts[i] = a;
    const lengths = codeLengths(counts, 7);
    expect(Math.max(...lengths)).toBe(7);
    expect(lengths.reduce((space, length) => space + 2 ** -length, 0)).toBe(1);
  });

  test('has the words of RFC 1951, section 3.2.2, bits reversed', () => {
    const words = canonicalCode(Uint8Array.of(3, 3, 3, 3, 3, 2, 4, 4));
    expect([...words]).toEqual([0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111]);
  });
});
