import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type KeyRun,
  keyWeights,
  largeKeys,
  packWholeKeys,
} from '#core/tables/keys/pack-whole-keys.ts';

function runsOf(weights: readonly number[]): KeyRun[] {
  return weights.map((weight, first) => {
    return { first, keys: 1, rows: weight * 2, bytes: weight, vals: weight * 3, weight };
  });
}

describe('packWholeKeys', () => {
  it('covers all keys once, in order, and is above 1.25 targets for single keys alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (weights) => {
        const chunks = packWholeKeys(runsOf(weights), { target: 100 });
        let next = 0;
        for (const { first, keys, rows, bytes, vals } of chunks) {
          expect(first).toBe(next);
          next += keys;
          const own = weights.slice(first, next).reduce((sum, weight) => sum + weight, 0);
          expect({ rows, bytes, vals }).toEqual({ rows: 2 * own, bytes: own, vals: 3 * own });
          if (keys > 1) expect(own).toBeLessThanOrEqual(125);
        }
        expect(next).toBe(weights.length);
      }),
    );
  });

  it('names the number of files where there are too many', () => {
    const weights = Array.from({ length: 100_001 }, () => 100);
    expect(() => packWholeKeys(runsOf(weights), { target: 100 })).toThrow(
      /would be 100001 files, allowed are 100000; give a larger output.targetFileBytes/,
    );
  });
});

describe('keyWeights', () => {
  it('lets a chunk of 1.25 targets have what a writer has room for', () => {
    const weights = keyWeights({ bytes: 1_000, vals: 10_000 }, { target: 100, most: 250 });
    expect(weights.ofValue * 250).toBe(125);
    expect(weights.together).toBe(100 / 32);
    expect(keyWeights({ bytes: 0, vals: 0 }, { target: 1 }).ofValue).toBe(1.25 / 2 ** 30);
  });

  it('moves more together where there would be too many runs', () => {
    expect(keyWeights({ bytes: 4e9, vals: 0 }, { target: 100 }).together).toBe(20_000);
  });
});

it('finds keys that alone are larger than a chunk', () => {
  const chunks = packWholeKeys(runsOf([10, 126, 90, 125, 400]), { target: 100 });
  expect(largeKeys(chunks, { target: 100 }).map(({ first }) => first)).toEqual([1, 4]);
});
