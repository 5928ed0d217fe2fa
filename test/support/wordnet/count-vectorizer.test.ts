import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { countVectorize } from '#support/wordnet/count-vectorizer.ts';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';

const golden = JSON.parse(
  await readFile(new URL('../../fixtures/golden/demo.json', import.meta.url), 'utf8'),
);

function sha256(array: Int32Array | BigInt64Array): string {
  return createHash('sha256').update(array).digest('hex');
}

describe('the count matrix of the demo', () => {
  test('is the one that scikit-learn makes of the WordNet glosses', async () => {
    const { vocabulary, indptr, indices, data } = await countVectorize(readGlosses(), 20);
    expect([indptr.length - 1, vocabulary.length]).toEqual(golden.shape);
    expect(data.length).toBe(golden.nnz);
    expect(vocabulary.slice(0, 3)).toEqual(golden.columnsFirst);
    expect(vocabulary.slice(-3)).toEqual(golden.columnsLast);
    expect(sha256(indptr)).toBe(golden.sha256['indptr <i4']);
    expect(sha256(indices)).toBe(golden.sha256['indices <i4']);
    expect(sha256(data)).toBe(golden.sha256['data <i8']);
  });

  test('counts tokens as Python does: letters, digits and underscores of any script, two or more', async () => {
    const matrix = await countVectorize(['Ünï_1 a ünï_1-x２ x２ 猫犬 猫', '', "it's don't"], 1);
    expect(matrix.vocabulary).toEqual(['don', 'it', 'x２', 'ünï_1', '猫犬']);
    expect([...matrix.indptr]).toEqual([0, 3, 3, 5]);
    expect([...matrix.indices]).toEqual([2, 3, 4, 0, 1]);
    expect([...matrix.data]).toEqual([2n, 2n, 1n, 1n, 1n]);
  });

  test('orders words by code point, not by UTF-16 unit', async () => {
    const { vocabulary } = await countVectorize(['𝒂𝒃 ﬀﬀ zz'], 1);
    expect(vocabulary).toEqual(['zz', 'ﬀﬀ', '𝒂𝒃']);
  });

  test('drops words that are in too few documents, however often they occur there', async () => {
    const { vocabulary, data } = await countVectorize(['aa aa aa bb', 'bb'], 2);
    expect(vocabulary).toEqual(['bb']);
    expect([...data]).toEqual([1n, 1n]);
  });
});
