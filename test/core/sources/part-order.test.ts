import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareNatural, inPartOrder } from '#core/sources/part-order.ts';

function sorted(names: readonly string[]): string[] {
  return names.toSorted(compareNatural);
}

it.each([
  [
    ['part-10.npz', 'part-2.npz'],
    ['part-2.npz', 'part-10.npz'],
  ],
  [
    ['b1', 'a2', 'a10'],
    ['a2', 'a10', 'b1'],
  ],
  [
    ['1/10', '1/9', '01/9'],
    ['01/9', '1/9', '1/10'],
  ],
  [
    ['x', 'x1'],
    ['x', 'x1'],
  ],
  [
    ['9', `1${'0'.repeat(40)}`],
    ['9', `1${'0'.repeat(40)}`],
  ],
  [
    ['a10f.npz', 'a9bc.npz'],
    ['a10f.npz', 'a9bc.npz'],
  ],
])('puts the numbers of %j into order', (names, expected) => {
  expect(sorted(names)).toEqual(expected);
  expect(sorted(names.toReversed())).toEqual(expected);
});

it('is an order of any names', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '-', '.', '0', '1', '9'), maxLength: 8 });
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(compareNatural(a, b)) + Math.sign(compareNatural(b, a))).toBe(0);
      expect(compareNatural(a, b) === 0).toBe(a === b);
      if (compareNatural(a, b) < 0 && compareNatural(b, c) < 0) {
        expect(compareNatural(a, c)).toBeLessThan(0);
      }
    }),
  );
});

it('is clear where numbers are padded to one width', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(99_999)), (numbers) => {
      const parts = numbers.map((n) => ({ uri: `s3://b/p/part-${String(n).padStart(5, '0')}` }));
      const ordered = inPartOrder('s3://b/p/', parts, undefined);
      expect(ordered).toEqual(inPartOrder('s3://b/p/', parts, 'natural'));
      expect(ordered).toEqual(inPartOrder('s3://b/p/', parts, 'key'));
    }),
  );
});
