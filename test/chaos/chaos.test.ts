import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';

/** Among them are a killed cloud, a replaced source, a second start and a jump of the clock. */
const RUNS = 10;
const SEED = 1;

describe('whole jobs under random faults', () => {
  it('end with every row once and in order, or can be completed', {
    timeout: 120_000,
  }, async () => {
    const report = await runCampaign({ runs: RUNS, seed: SEED, onEnd: () => undefined });
    expect(report.failed).toEqual([]);
    expect([...report.ends.values()].reduce((sum, count) => sum + count, 0)).toBe(RUNS);
    expect([...report.faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });
});
