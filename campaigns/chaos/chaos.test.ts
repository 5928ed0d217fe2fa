import { describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { runCampaign } from './campaign.ts';

/** Seeds with which everything happens at least once. */
const RUNS = 6;
const SEED = 1406;
const HAPPENINGS = ['duplicateStart', 'sourceReplaced', 'clockJump', 'cloudKilled'];

describe('whole jobs under random faults', () => {
  it('end with every row once and in order, or can be completed', {
    timeout: patience(10_000),
  }, async () => {
    const report = await runCampaign({ runs: RUNS, seed: SEED, onEnd: () => undefined });
    expect(report.failed).toEqual([]);
    expect([...report.ends.values()].reduce((sum, count) => sum + count, 0)).toBe(RUNS);
    const faults = [...report.faults.keys()];
    expect(faults).toEqual(expect.arrayContaining(HAPPENINGS));
    expect(faults.length).toBeGreaterThan(HAPPENINGS.length);
  });
});
