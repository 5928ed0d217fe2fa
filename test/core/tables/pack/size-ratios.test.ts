import { describe, expect, it } from 'vitest';
import { PackUnits } from '#core/tables/pack/pack-units.ts';
import { PredictedOutput, sizeClass } from '#core/tables/pack/size-ratios.ts';

describe('sizeClass', () => {
  it('is another one for units of sixteen times the bytes', () => {
    expect([0, 14, 15, 254, 255, 50_000, 1e9].map(sizeClass)).toEqual([0, 0, 1, 1, 2, 3, 7]);
    for (const bytes of [1, 1000, 1e6, 1e9]) {
      expect(sizeClass(16 * bytes + 15)).toBe(sizeClass(bytes) + 1);
    }
  });
});

describe('PredictedOutput', () => {
  it('adds up each unit by the ratio of its size, and others by that of all', () => {
    const units = new PackUnits();
    for (const bytes of [1000, 1000, 100_000, 0, 10]) units.add({ bytes, canSplit: true });
    const byClass = new Map([
      [sizeClass(1000), 0.5],
      [sizeClass(100_000), 2],
    ]);
    const predicted = new PredictedOutput(units, { overall: 1, byClass });
    const places = [0, 500, 500, 1000, 2000, 3000, 102_000, 102_005, 102_010];
    expect(places.map((place) => predicted.until(place))).toEqual([
      ...[0, 250, 250, 500, 1000, 3000, 201_000, 201_005, 201_010],
    ]);
  });
});
