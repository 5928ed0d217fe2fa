import { describe, expect, it } from 'vitest';
import { RecentCells } from '#core/outputs/csv/gzip/recent-cells.ts';

const cell = (text: string) => Buffer.from(`${text} and what was there before`);
const at = (place: number) => ({ at: place, after: { unit: 0, bytes: 8 } });

describe('recent cells', () => {
  it('are found where they were written last', () => {
    const recent = new RecentCells();
    expect(recent.replace(cell('True,'), 5, at(10))).toBeUndefined();
    expect(recent.replace(cell('0.12,'), 5, at(20))).toBeUndefined();
    expect(recent.replace(cell('True,'), 5, at(30))).toEqual(at(10));
    expect(recent.replace(cell('True,'), 5, at(40))).toEqual(at(30));
    expect(recent.replace(cell('True,'), 4, at(50))).toBeUndefined();
  });

  it('are those of 5 to 32 bytes', () => {
    for (const [length, isKept] of [
      [4, false],
      [5, true],
      [32, true],
      [33, false],
    ] as const) {
      const recent = new RecentCells();
      const long = Buffer.alloc(40, 'x');
      recent.replace(long, length, at(7));
      expect(recent.replace(long, length, at(8))).toEqual(isKept ? at(7) : undefined);
    }
  });

  it('are never another cell, also where thousands share the places', () => {
    const recent = new RecentCells();
    const written = new Map<string, number>();
    let found = 0;
    for (let i = 0; i < 60_000; i++) {
      const text = `0.${(i * 7919) % 9001},`;
      const before = recent.replace(cell(text), text.length, at(i));
      if (before !== undefined) {
        expect(before.at).toBe(written.get(text));
        found += 1;
      }
      written.set(text, i);
    }
    expect(found).toBeGreaterThan(1000);
  });
});
