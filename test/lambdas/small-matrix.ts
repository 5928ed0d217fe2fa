import type { RowRange } from '#core/contract.ts';
import type { PlainCsr } from '#support/npz/write-npz.ts';

/** Five rows, of which the fourth holds no entry. */
export const SMALL = {
  shape: [5, 3],
  dtype: 'int64',
  indptr: [0, 2, 3, 4, 4, 6],
  indices: [0, 2, 1, 0, 1, 2],
  data: [10n, 2n, -3n, 4n, 5n, 60n],
} satisfies PlainCsr;

const LINES = ['10,0,2\n', '0,-3,0\n', '4,0,0\n', '0,0,0\n', '0,5,60\n'];

/** The text of some of its rows. */
export function smallText({ rowStart, rowEnd }: RowRange): string {
  return LINES.slice(rowStart, rowEnd).join('');
}
