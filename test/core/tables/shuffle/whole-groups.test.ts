import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasOwnGroups, rowRuns } from '#core/tables/shuffle/whole-groups.ts';

const FORM = { rowGroupRows: 100, finerRows: 10 };

describe('runs of sorted rows', () => {
  it('are of one partition with many rows each, and of those between them', () => {
    expect(rowRuns([3, 49, 50, 250, 20, 7], FORM)).toEqual([
      { start: 0, end: 52, rowGroupRows: 10 },
      { start: 52, end: 102, rowGroupRows: 50 },
      { start: 102, end: 352, rowGroupRows: 84 },
      { start: 352, end: 379, rowGroupRows: 10 },
    ]);
  });

  it('are one where there are no rows', () => {
    expect(rowRuns([], FORM)).toEqual([{ start: 0, end: 0, rowGroupRows: 10 }]);
  });

  it('hold all rows once, in their order, and no group of their own is small', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 })), (partitions) => {
        const runs = rowRuns(partitions, FORM);
        let at = 0;
        for (const { start, end, rowGroupRows } of runs) {
          expect(start).toBe(at);
          at = end;
          if (rowGroupRows === FORM.finerRows) continue;
          expect(hasOwnGroups(end - start, FORM.rowGroupRows)).toBe(true);
          expect(rowGroupRows).toBeGreaterThanOrEqual(50);
          expect(rowGroupRows).toBeLessThanOrEqual(100);
          const groups = Math.ceil((end - start) / rowGroupRows);
          expect(groups).toBe(Math.ceil((end - start) / 100));
        }
        expect(at).toBe(partitions.reduce((sum, rows) => sum + rows, 0));
      }),
    );
  });
});
