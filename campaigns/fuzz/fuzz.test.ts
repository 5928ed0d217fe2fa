import { describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { toText } from './changes.ts';
import { createInput } from './fuzz-input.ts';
import { readRun } from './fuzz-run.ts';
import { digestOf } from './oracle.ts';
import { GROUPS, loadSeeds, type Seeds } from './seeds.ts';

const RUNS = 1000;
const SEED = 7;

/** A small source must be read or refused within this time. */
const MOST_MILLISECONDS = patience(1000);

/** All bytes of the seeds, so that a change of any byte is noticed. */
function seedsText(seeds: Seeds): string {
  return JSON.stringify(seeds, (key, value) => (key === 'bytes' ? digestOf(toText(value)) : value));
}

describe('damaged sources', () => {
  it('are the same for the same seed and run, whatever was made before', () => {
    const seeds = loadSeeds();
    const before = seedsText(seeds);
    const made = Array.from({ length: 400 }, (_, run) => createInput(seeds, SEED, run));
    expect(seedsText(seeds)).toBe(before);
    expect(createInput(seeds, SEED, 399)).toEqual(made[399]);
    expect(createInput(seeds, SEED + 1, 399)).not.toEqual(made[399]);
  });

  it('are read, or refused by a named error, in every format', async () => {
    const seeds = loadSeeds();
    const accepted = new Set<string>();
    const refused = new Set<string>();
    for (let run = 0; run < RUNS; run++) {
      const { result, input } = await readRun(seeds, SEED, run);
      const { end, group, milliseconds } = result;
      const error = end === 'crashed' ? result.message : '';
      expect(error, `run ${run}, made of ${input.origin.name}`).toBe('');
      expect(milliseconds).toBeLessThan(MOST_MILLISECONDS);
      (end === 'accepted' ? accepted : refused).add(group);
    }
    const groups = Object.keys(GROUPS);
    expect([...refused]).toEqual(expect.arrayContaining(groups));
    expect([...accepted]).toEqual(expect.arrayContaining(groups));
  });
});
