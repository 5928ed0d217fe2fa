import { describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { runCampaign } from './campaign.ts';

/** Seeds with which everything happens at least once, to matrices, tables and loads. */
const RUNS = 7;
const SEED = 1134;
const HAPPENINGS = [
  ...['duplicateStart', 'sourceReplaced', 'clockJump', 'cloudKilled', 'serverRestarted'],
];

describe('whole jobs under random faults', () => {
  it('end with every row once and in order, or can be completed', {
    timeout: patience(15_000),
  }, async () => {
    const report = await runCampaign({
      runs: RUNS,
      seed: SEED,
      onEnd: () => {},
      onFailure: () => {},
    });
    expect(report.failed).toEqual([]);
    expect([...report.ends.values()].reduce((sum, count) => sum + count, 0)).toBe(RUNS);
    const faults = [...report.faults.keys()];
    expect(faults).toEqual(expect.arrayContaining(HAPPENINGS));
    expect(faults.length).toBeGreaterThan(HAPPENINGS.length);
  });
});
