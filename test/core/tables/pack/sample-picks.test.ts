import { describe, expect, it } from 'vitest';
import { PackUnits } from '#core/tables/pack/pack-units.ts';
import { samplePicks } from '#core/tables/pack/sample-picks.ts';

const MiB = 1024 * 1024;
const NO_BOUND = Number.POSITIVE_INFINITY;

function texts(...sizes: number[]): PackUnits {
  const units = new PackUnits();
  for (const bytes of sizes) units.add({ bytes, canSplit: true });
  return units;
}

function groups(...sizes: number[]): PackUnits {
  const units = new PackUnits();
  units.add({ rowGroups: sizes });
  return units;
}

describe('samplePicks', () => {
  it('takes all of a small source, but for units without bytes', () => {
    const units = texts(10, 0, 5);
    units.add({ rowGroups: [7, 8] });
    expect(samplePicks(units, NO_BOUND)).toEqual([
      { position: { object: 0, at: 0 }, from: 0, to: 10, unitBytes: 10, canSplit: true },
      { position: { object: 2, at: 0 }, from: 0, to: 5, unitBytes: 5, canSplit: true },
      { position: { object: 3, at: 0 }, from: 0, to: 7, unitBytes: 7, canSplit: false },
      { position: { object: 3, at: 1 }, from: 0, to: 8, unitBytes: 8, canSplit: false },
    ]);
    expect(samplePicks(texts(), NO_BOUND)).toEqual([]);
  });

  it('takes the places within large texts, over their ends too', () => {
    const picks = samplePicks(texts(79 * MiB, 81 * MiB), NO_BOUND);
    expect(picks).toHaveLength(8);
    expect(picks.map(({ to, from }) => to - from)).toEqual(Array(8).fill(2 * MiB));
    expect(picks.map(({ position }) => position.object)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(picks[4]?.from).toBe(90 * MiB - 79 * MiB - MiB);
    const across = samplePicks(texts(10 * MiB, 150 * MiB), NO_BOUND);
    expect(across.slice(0, 2)).toEqual([
      {
        position: { object: 0, at: 0 },
        from: 9 * MiB,
        to: 10 * MiB,
        unitBytes: 10 * MiB,
        canSplit: true,
      },
      { position: { object: 1, at: 0 }, from: 0, to: MiB, unitBytes: 150 * MiB, canSplit: true },
    ]);
  });

  it('takes a unit that cannot be split once and whole', () => {
    expect(samplePicks(groups(800 * MiB), 64 * MiB)).toEqual([
      {
        position: { object: 0, at: 0 },
        from: 0,
        to: 800 * MiB,
        unitBytes: 800 * MiB,
        canSplit: false,
      },
    ]);
  });

  it('takes fewer units where they are large, and fewer objects where they are many', () => {
    const large = samplePicks(groups(...Array<number>(80).fill(20 * MiB)), 64 * MiB);
    expect(large.map(({ position }) => position.at)).toEqual([35, 75]);
    const many = samplePicks(texts(...Array<number>(20_000).fill(1024)), NO_BOUND);
    expect(many.length).toBeGreaterThan(256);
    expect(many.length).toBeLessThanOrEqual(512);
  });
});
