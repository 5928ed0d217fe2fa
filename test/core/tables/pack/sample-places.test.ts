import { describe, expect, it } from 'vitest';
import { PackUnits } from '#core/tables/pack/pack-units.ts';
import { rowGroupRows } from '#core/tables/pack/row-group-rows.ts';
import { samplePlaces } from '#core/tables/pack/sample-places.ts';

const MiB = 1024 * 1024;

describe('the places of a sample', () => {
  it('are all of a small source', () => {
    expect(samplePlaces(0)).toEqual([]);
    expect(samplePlaces(16 * MiB)).toEqual([{ offset: 0, length: 16 * MiB }]);
  });

  it('lie in the middle of eighths, apart', () => {
    expect(samplePlaces(80 * MiB).map(({ offset }) => offset / MiB)).toEqual([
      4, 14, 24, 34, 44, 54, 64, 74,
    ]);
    let end = 0;
    for (const { offset, length } of samplePlaces(16 * MiB + 1)) {
      expect(offset).toBeGreaterThanOrEqual(end);
      end = offset + length;
    }
    expect(end).toBeLessThanOrEqual(16 * MiB + 1);
  });

  it('are found in the objects: bytes of a text, else the begin of a unit', () => {
    const units = new PackUnits();
    for (const object of [
      { rowGroups: [] },
      { bytes: 100, canSplit: true },
      { bytes: 0, canSplit: true },
      { bytes: 50, canSplit: false },
      { rowGroups: [10, 20] },
    ]) {
      units.add(object);
    }
    expect(units).toMatchObject({ objects: 5, units: 5, totalBytes: 180 });
    expect(units.positionsAt([0, 99, 100, 149, 150, 165, 179])).toEqual([
      { object: 1, at: 0 },
      { object: 1, at: 99 },
      { object: 3, at: 0 },
      { object: 3, at: 0 },
      { object: 4, at: 0 },
      { object: 4, at: 1 },
      { object: 4, at: 1 },
    ]);
  });

  it('are found among 100,000 objects', () => {
    const units = new PackUnits();
    for (let i = 0; i < 100_000; i++) units.add({ bytes: 1000, canSplit: true });
    expect(units.positionsAt([99_999_999])).toEqual([{ object: 99_999, at: 999 }]);
  });
});

describe('the rows of a row group', () => {
  it.each([
    [0, 122_880],
    [100, 122_880],
    [1093, 122_797],
    [8000, 16_777],
    [65_536, 2048],
    [4 * MiB, 2048],
  ])('for rows of %i bytes', (bytes, rows) => {
    expect(rowGroupRows(bytes, 128 * 1024 ** 2)).toBe(rows);
  });
});
