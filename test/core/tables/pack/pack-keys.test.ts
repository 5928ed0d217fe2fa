import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { MOST_OF_TARGET, type PackedKeys, packKeys, runRows } from '#core/tables/pack/pack-keys.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';

const sum = (rows: readonly number[]) => rows.reduce((all, one) => all + one, 0);

/** 40,000 keys of 5.2 M rows, the largest of which has 146,121: as zip codes have them. */
function zipCodes(): readonly number[] {
  const random = createRandom(17);
  const rows = Array.from({ length: 40_000 }, () =>
    Math.min(30_000, Math.ceil(67 * Math.exp(1.24 * gaussian(random)))),
  );
  rows[23_456] = 146_121;
  return rows;
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function assertWhole(rows: readonly number[], packed: readonly PackedKeys[], target: number) {
  let next = 0;
  for (const { start, end, rows: counted } of packed) {
    expect(start).toBe(next);
    expect(end).toBeGreaterThan(start);
    expect(counted).toBe(sum(rows.slice(start, end)));
    if (end - start > 1) expect(counted).toBeLessThanOrEqual(MOST_OF_TARGET * target);
    next = end;
  }
  expect(next).toBe(rows.length);
}

describe('packKeys', () => {
  it('packs any keys once each, in order, and bounds chunks of several keys', () => {
    const rows = fc.array(fc.oneof(fc.nat(20), fc.nat(5000)), { maxLength: 300 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 3000 }), (keys, target) => {
        assertWhole(keys, packKeys(keys, target), target);
      }),
    );
  });

  it('packs 40,000 skewed zip codes into 40 even chunks', () => {
    const rows = zipCodes();
    const target = sum(rows) / 40;
    const packed = packKeys(rows, target);
    assertWhole(rows, packed, target);
    const sizes = packed.map((chunk) => chunk.rows / target);
    expect(packed).toHaveLength(40);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1.17);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0.89);
  });

  it('leaves a key alone that has more rows than a chunk may have', () => {
    const rows = zipCodes();
    const target = sum(rows) / 400;
    const packed = packKeys(rows, target);
    assertWhole(rows, packed, target);
    const large = packed.filter((chunk) => chunk.rows > MOST_OF_TARGET * target);
    expect(large.map(({ start }) => rows[start]).every((n) => n! > target)).toBe(true);
    expect(large.map(({ start }) => start)).toContain(23_456);
  });

  it('packs a million keys, and as even where many have no rows', () => {
    const rows = Array.from({ length: 1_000_000 }, (_, key) => (key % 3 === 0 ? 0 : key % 90));
    const target = sum(rows) / 500;
    const packed = packKeys(rows, target);
    expect(Math.abs(packed.length - 500)).toBeLessThan(15);
    const sizes = packed.map((chunk) => chunk.rows / target);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(0.08);
    expect(sum(packed.map((chunk) => chunk.rows))).toBe(sum(rows));
  });

  it('cuts between equal keys evenly, whatever their number', () => {
    expect(packKeys([], 10)).toEqual([]);
    expect(packKeys([7], 10)).toEqual([{ start: 0, end: 1, rows: 7 }]);
    expect(packKeys([5, 5, 5, 5], 10).map((chunk) => chunk.end)).toEqual([2, 4]);
    expect(packKeys([7, 7, 7], 10).map((chunk) => chunk.rows)).toEqual([7, 7, 7]);
    expect(runRows(64)).toBe(2);
  });

  it('refuses a target that is none', () => {
    expect(() => packKeys([1], 0)).toThrow(RequestError);
  });
});
