import type { Int64Csr } from './npz/save-npz.ts';

/** Shape of a made-up count matrix. */
export interface CountMatrixOptions {
  readonly rows: number;
  readonly columns: number;
  /** Stored entries of every row. */
  readonly entriesPerRow: number;
  readonly seed: number;
}

/** Small fast generator of 32-bit numbers, seeded (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Counts as CountVectorizer gives them: ascending columns, nearly all values below ten. */
export function countMatrix(options: CountMatrixOptions): Int64Csr {
  const { rows, columns, entriesPerRow, seed } = options;
  const random = seeded(seed);
  const nnz = rows * entriesPerRow;
  const indptr = Int32Array.from({ length: rows + 1 }, (_, row) => row * entriesPerRow);
  const indices = new Int32Array(nnz);
  const data = new BigInt64Array(nnz);
  const stride = Math.floor(columns / entriesPerRow);
  for (let k = 0; k < nnz; k += 1) {
    indices[k] = (k % entriesPerRow) * stride + (random() % stride);
    const dice = random();
    data[k] = BigInt(dice % 100 < 97 ? 1 + (dice % 3) : 10 + (dice % 990));
  }
  return { shape: [rows, columns], indptr, indices, data };
}
