import { memorySource } from '#core/bytes/memory-source.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';

/** A matrix of four rows and three columns, of which the third row holds no entry. */
export async function openFour(data: readonly bigint[] = [10n, 2n, -3n, 4n]): Promise<Matrix> {
  const file = writeNpz({
    ...{ shape: [4, 3], dtype: 'int64' },
    ...{ indptr: [0, 2, 3, 3, 4], indices: [0, 2, 1, 0], data },
  });
  return (await openMatrix(memorySource(file, 'four.npz'))).matrix;
}

/** Its rows as text. */
export const FOUR = ['10,0,2\n', '0,-3,0\n', '0,0,0\n', '4,0,0\n'] as const;
