import { describe, expect, it } from 'vitest';
import { compareRows, NO_DIFFERENCES } from './compare-rows.ts';

function compare(actual: string) {
  return compareRows(Buffer.from('a\nb\nc\n'), Buffer.from(actual));
}

describe('compareRows', () => {
  it('finds nothing between equal texts', () => {
    expect(compare('a\nb\nc\n')).toBe(NO_DIFFERENCES);
  });

  it.each([
    ['lost', 'a\nc\n', { lost: 1 }],
    ['duplicated', 'a\nb\nb\nc\n', { duplicated: 1 }],
    ['misordered', 'a\nc\nb\n', { misordered: 2 }],
    ['corrupted', 'a\nx\nc\n', { lost: 1, corrupted: 1 }],
    ['broken off', 'a\nb\nc', { lost: 1, corrupted: 1 }],
  ])('counts rows that are %s', (_, actual, found) => {
    expect(compare(actual)).toEqual({ ...NO_DIFFERENCES, ...found });
  });
});
