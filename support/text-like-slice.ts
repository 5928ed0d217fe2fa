import type { CsrSlice } from '#core/sparse/csr.ts';
import { createRandomBits } from './random-floats.ts';

/** Shape of a made-up document-term matrix. */
export interface TextLikeOptions {
  readonly rows: number;
  readonly columns: number;
  /** Stored entries per row, on average. */
  readonly entriesPerRow: number;
  readonly values: 'counts' | 'tf-idf';
}

const SEED = 20_261_121;

/** How often each word is drawn: Zipf's law with Mandelbrot's shift. */
const ZIPF_SHIFT = 2.7;

/**
 * Of the values of a real CountVectorizer over 60,000 pieces of documentation, 97.6 % are below
 * ten.
 */
const COUNT_DECAY = 0.62;

/** Cumulative weights of the columns, whose order is unrelated to how frequent their words are. */
function columnWeights(columns: number, bits: () => number): Float64Array {
  const ranks = Uint32Array.from({ length: columns }, (_, i) => i);
  for (let i = columns - 1; i > 0; i -= 1) {
    const j = bits() % (i + 1);
    [ranks[i], ranks[j]] = [ranks[j]!, ranks[i]!];
  }
  let sum = 0;
  return Float64Array.from(ranks, (rank) => {
    sum += 1 / (rank + ZIPF_SHIFT);
    return sum;
  });
}

/** The first column whose cumulative weight is more than `weight`. */
function findColumn(weights: Float64Array, weight: number): number {
  let low = 0;
  let high = weights.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (weights[middle]! > weight) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A count: geometric, with a tail of large ones. */
function drawCount(unit: () => number): number {
  if (unit() < 0.02) return 10 + Math.floor(90 * unit() ** 3);
  return 1 + Math.min(11, Math.floor(Math.log(unit()) / Math.log(1 - COUNT_DECAY)));
}

/**
 * A seeded document-term matrix like those of a CountVectorizer or a TfidfVectorizer:
 * Zipf-distributed words in unrelated columns, rows of different lengths, small counts; TF-IDF
 * values are scaled to unit length.
 */
export function textLikeSlice(options: TextLikeOptions): CsrSlice {
  const { rows, columns, entriesPerRow, values } = options;
  const bits = createRandomBits(SEED);
  const unit = () => (bits() + 0.5) / 2 ** 32;
  const weights = columnWeights(columns, bits);
  const total = weights[columns - 1]!;
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  const data: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const chosen = new Set<number>();
    const size = Math.min(columns, Math.floor(entriesPerRow * (0.25 + 1.5 * unit()) + unit()));
    while (chosen.size < size) chosen.add(findColumn(weights, unit() * total));
    const ascending = [...chosen].sort((a, b) => a - b);
    const counts = ascending.map(() => drawCount(unit));
    const idf = (column: number) =>
      Math.log(total / (weights[column]! - (weights[column - 1] ?? 0)));
    const scores = counts.map((count, i) => count * idf(ascending[i]!));
    const norm = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0));
    indices.push(...ascending);
    data.push(...(values === 'counts' ? counts : scores.map((score) => score / norm)));
    indptr[row + 1] = indices.length;
  }
  return {
    rowStart: 0,
    rowEnd: rows,
    indptr,
    indices: Int32Array.from(indices),
    data: values === 'counts' ? BigInt64Array.from(data, BigInt) : Float64Array.from(data),
    nnz: indices.length,
  };
}
