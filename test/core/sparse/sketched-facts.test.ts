import { expect, test } from 'vitest';
import {
  entriesIn,
  scaledFacts,
  sketchedFacts,
  stagedBytesOf,
} from '#core/sparse/sketched-facts.ts';

const FACTS = sketchedFacts({ format: 'mtx', dtype: 'float32', shape: [10, 5], entries: 20 });

test('what headers say is as other facts of a matrix', () => {
  expect(FACTS).toEqual({
    kind: 'matrix',
    format: 'mtx',
    dtype: 'float32',
    shape: [10, 5],
    nnz: 20,
  });
  expect(stagedBytesOf(FACTS)).toBe(20 * 8);
});

test('a whole has as many more rows and entries, and the same columns', () => {
  expect(scaledFacts(FACTS, 2.5)).toMatchObject({ shape: [25, 5], nnz: 50 });
});

test('entries are counted by their name', () => {
  expect(entriesIn({ nnz: 4 })).toBe(4);
  expect(entriesIn({})).toBe(0);
});
