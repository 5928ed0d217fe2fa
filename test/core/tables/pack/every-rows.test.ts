import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { EveryRows } from '#core/tables/pack/every-rows.ts';

it('finds the rows that begin a file, however they come', () => {
  const property = fc.property(
    fc.array(fc.integer({ min: 0, max: 9 })),
    fc.integer({ min: 1, max: 12 }),
    (counts, rows) => {
      const every = new EveryRows(rows);
      let before = 0;
      const begins = counts.flatMap((count) => {
        const found = [...every.pass(count)].map((ordinal) => before + ordinal);
        before += count;
        expect(every.count).toBe(before);
        return found;
      });
      const all = Array.from({ length: before }, (_, row) => row);
      expect(begins).toEqual(all.filter((row) => row > 0 && row % rows === 0));
    },
  );
  void fc.assert(property);
});
