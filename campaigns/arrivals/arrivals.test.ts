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
  // That a source is replaced in the middle of an execution is too rare to be sure of.
  const { refused: _, ...seen } = sum;
  for (const [end, count] of Object.entries(seen)) expect(count, end).toBeGreaterThan(0);
});
