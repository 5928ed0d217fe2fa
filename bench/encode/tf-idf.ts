import type { CountMatrix } from '#support/wordnet/count-vectorizer.ts';

/**
 * Weighs counts as scikit-learn's `TfidfTransformer` does with its defaults: each count times
 * `ln((1 + n) / (1 + df)) + 1`, and rows of length 1.
 *
 * @returns one value per entry of the counts.
 * @see https://scikit-learn.org/stable/modules/feature_extraction.html#tfidf-term-weighting
 */
export function tfIdf({ indptr, indices, data, vocabulary }: CountMatrix): Float64Array {
  const documents = indptr.length - 1;
  const frequency = new Float64Array(vocabulary.length);
  for (const column of indices) frequency[column]! += 1;
  const idf = frequency.map((count) => Math.log((1 + documents) / (1 + count)) + 1);
  const scores = Float64Array.from(data, (count, k) => Number(count) * idf[indices[k]!]!);
  for (let row = 0; row < documents; row += 1) {
    const entries = scores.subarray(indptr[row], indptr[row + 1]);
    const norm = Math.sqrt(entries.reduce((sum, score) => sum + score * score, 0));
    for (let k = 0; k < entries.length; k += 1) entries[k]! /= norm;
  }
  return scores;
}
