import { expect, test } from 'vitest';
import { countVectorize } from '#support/wordnet/count-vectorizer.ts';
import { tfIdf } from './tf-idf.ts';

const DOCUMENTS = ['the cat sat on the mat', 'the dog sat', 'a cat and a dog and the cat', 'zebra'];

test('weighs counts as scikit-learn 1.9 does', async () => {
  const counts = await countVectorize(DOCUMENTS, 1);
  // TfidfVectorizer().fit_transform(DOCUMENTS), columns ascending in each row.
  const expected = [
    0.35715970626521537, 0.4530117997395951, 0.4530117997395951, 0.35715970626521537,
    0.5783031272909357, 0.6136667440107333, 0.6136667440107333, 0.4968161174826459,
    0.7295494006872933, 0.5751851271980524, 0.2875925635990262, 0.23283096608808587, 1,
  ];
  for (const [k, score] of tfIdf(counts).entries()) expect(score).toBeCloseTo(expected[k]!, 14);
});
