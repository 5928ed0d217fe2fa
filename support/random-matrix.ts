import type { DType } from '#core/elements/dtype.ts';
import type { PlainCsr } from './npz/write-npz.ts';
import type { Random } from './seeded-random.ts';

/** Rows and columns, and how much of them is stored. */
export interface MatrixSize {
  readonly rows: number;
  readonly columns: number;
  /** Entries stored in a row, at most. */
  readonly entries: number;
}

function randomValue(dtype: DType, random: Random): number | bigint {
  if (dtype === 'bool') return random.integer(0, 1);
  if (dtype === 'int64' || dtype === 'uint64') return BigInt(random.integer(0, 2 ** 53 - 1));
  if (dtype.startsWith('float')) return random.integer(-9999, 9999) / 2 ** random.integer(0, 9);
  const bits = Number(dtype.replace(/\D/g, ''));
  return random.integer(0, 2 ** (bits - 1) - 1);
}

/** A CSR matrix of that size: columns unsorted, some rows empty. */
export function randomMatrix(random: Random, dtype: DType, size: MatrixSize): PlainCsr {
  const indptr = [0];
  const indices: number[] = [];
  for (let row = 0; row < size.rows; row += 1) {
    const count = random.integer(0, size.entries);
    const columns = new Set(
      Array.from({ length: count }, () => random.integer(0, size.columns - 1)),
    );
    indices.push(...columns);
    indptr.push(indices.length);
  }
  const data = indices.map(() => randomValue(dtype, random));
  return { shape: [size.rows, size.columns], dtype, indptr, indices, data };
}
