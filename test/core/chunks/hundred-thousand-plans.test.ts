import { expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { planSingles } from '#support/random-single-plans.ts';

it('never plans a part that S3 would not take, in 100,000 random plans', {
  timeout: patience(60_000),
}, async () => {
  const seen = await planSingles(100_000, 20261129);
  expect(seen.planned + seen.refused).toBe(100_000);
  expect(seen.mostChunks).toBeGreaterThan(5_000);
});
