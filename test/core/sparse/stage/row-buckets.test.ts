import { expect, it } from 'vitest';
import { decideBuckets } from '#core/sparse/stage/row-buckets.ts';

const BOUNDS = { maxEntries: 6, maxRows: 8, maxBuckets: 10 };

it.each([
  ['that fit into one bucket together', [3, 3], 2, [0, 4]],
  ['that have one entry too many together', [3, 4], 2, [0, 2, 4]],
  ['that fill two buckets', [2, 2, 2, 2], 2, [0, 6, 8]],
  ['without entries, by their rows', [0, 0, 0], 4, [0, 8, 12]],
  ['of which one alone is too large', [1, 12, 1], 2, [0, 2, 3, 4, 6]],
])('cuts groups %s', (_, counts, groupRows, starts) => {
  const groups = { rows: counts.length * groupRows, groupRows };
  const decided = decideBuckets(Float64Array.from(counts), groups, BOUNDS, 'x');
  expect([...decided]).toEqual(starts);
});
