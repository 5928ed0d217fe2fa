import { describe, expect, it } from 'vitest';
import { readRun } from './fuzz-run.ts';
import { GROUPS, loadSeeds } from './seeds.ts';

const RUNS = 1500;
const SEED = 7;

/** A small source must be read or refused within this time, on a busy machine too. */
const MOST_MILLISECONDS = 5000;

describe('damaged sources', () => {
  it('are read, or refused by a named error, in every format', async () => {
    const seeds = loadSeeds();
    const accepted = new Set<string>();
    const refused = new Set<string>();
    for (let run = 0; run < RUNS; run++) {
      const { result, input } = await readRun(seeds, SEED, run);
      const { end, group, milliseconds } = result;
      const error = end === 'crashed' ? result.message : '';
      expect(error, `run ${run}, made of ${input.seed}`).toBe('');
      expect(milliseconds).toBeLessThan(MOST_MILLISECONDS);
      (end === 'accepted' ? accepted : refused).add(group);
    }
    const groups = Object.keys(GROUPS);
    expect([...refused]).toEqual(expect.arrayContaining(groups));
    expect([...accepted]).toEqual(expect.arrayContaining(groups));
  });
});
