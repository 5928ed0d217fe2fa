import { describe, expect, it } from 'vitest';
import { Tally } from '#core/manifest/tally.ts';

function tallyOf(...counts: Readonly<Record<string, number>>[]): Tally {
  const tally = new Tally();
  for (const each of counts) tally.add(each);
  return tally;
}

describe('a tally', () => {
  it('adds up by name, in the order in which names came', () => {
    expect(tallyOf().sums()).toEqual({});
    const sums = tallyOf({ nnz: 2 }, { nnz: 3, cells: 7 }, { cells: 1 }).sums();
    expect(Object.entries(sums)).toEqual([
      ['nnz', 5],
      ['cells', 8],
    ]);
  });

  it('agrees with the same sums, and with zeros that nobody counted', () => {
    expect(tallyOf({ nnz: 2 }, { nnz: 3 }).differences({ nnz: 5 }, 'the source')).toEqual([]);
    expect(tallyOf({ nnz: 0 }).differences({ cells: 0 }, 'the source')).toEqual([]);
  });

  it('names every sum that differs, on either side', () => {
    const tally = tallyOf({ nnz: 2, cells: 4 });
    expect(tally.differences({ rows: 9, nnz: 3 }, 'the source')).toEqual([
      'the chunks hold 0 of rows, the source 9',
      'the chunks hold 2 of nnz, the source 3',
      'the chunks hold 4 of cells, the source 0',
    ]);
  });
});
