import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { Player, type Tally } from './schedule.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

/** The short form of `npm run campaign -- arrivals`. */
it('a bundle sent over another one gives the rows of one of them, or a named error', async () => {
  const sum: Tally = { older: 0, newer: 0, waited: 0, refused: 0 };
  const player = new Player(services);
  for (let seed = 1; seed <= 12; seed += 1) {
    const tally = await player.play(seed);
    for (const end of Object.keys(sum) as (keyof Tally)[]) sum[end] += tally[end];
  }
  // Every end is seen, so that none of them is right by chance.
  for (const [end, count] of Object.entries(sum)) expect(count, end).toBeGreaterThan(0);
});
