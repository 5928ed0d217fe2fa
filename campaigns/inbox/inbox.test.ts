import { expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { playDay } from './play.ts';

/** The short form of `npm run campaign -- inbox`. */
it('a day takes every object in once', { timeout: patience(60_000) }, async () => {
  const played = await playDay({
    ...{ seed: 1, small: 150, large: 1, smallBytes: 300_000, everySeconds: 3 * 3600 },
  });
  expect(played.objects).toBeGreaterThan(100);
  expect(played.generations).toBeGreaterThan(2);
  expect(played.deaths).toBeGreaterThan(0);
});
