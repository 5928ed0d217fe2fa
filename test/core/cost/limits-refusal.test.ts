import { describe, expect, it } from 'vitest';
import { type ForecastRun, limitsRefusal } from '#core/cost/limits-refusal.ts';
import { PRICES } from '#core/cost/prices.ts';

const RUN: ForecastRun = {
  ...{ storedBytes: 800e6, usd: { total: 1.2 }, storageUsdPerMonth: 0.0184 },
  ...{ seconds: { p5: 600, p50: 660, p95: 725 }, binds: 'dispatch', prices: PRICES },
};

describe('limitsRefusal', () => {
  it('is nothing where all limits are kept', () => {
    expect(limitsRefusal(RUN, { outputBytes: 800e6 })).toBeUndefined();
    const limits = { outputBytes: 1e9, maxCostUsd: 1.2, maxMinutes: 13 };
    expect(limitsRefusal(RUN, limits)).toBeUndefined();
  });

  it('has all numbers and the line that allows it, where one limit is passed', () => {
    expect(limitsRefusal(RUN, { outputBytes: 100e6 })).toBe(
      'the run would store about 800 MB, allowed are 100 MB (limits.outputBytes); cost about $1.20; take up to 12 min; keeping it costs $0.02 a month (list prices of us-east-1, 2026-11-01). gzip (output.compression) stores a fraction of that, where consumers read it; if it is meant, start it with "limits": { "outputBytes": 840000000 }',
    );
  });

  it('is one refusal for several limits, with what helps against each', () => {
    const limits = { outputBytes: 1e9, maxCostUsd: 0.5, maxMinutes: 10 };
    const refusal = limitsRefusal(RUN, limits);
    expect(refusal).toMatch(/^the run would cost .+; take up to .+; store about 800 MB, allowed/);
    expect(refusal).toContain(
      'cost about $1.20, allowed are $0.50 (--max-cost, limits.maxCostUsd)',
    );
    expect(refusal).toContain(
      'take up to 12 min, allowed are 10 min (--max-minutes, limits.maxMinutes)',
    );
    expect(refusal).toContain('larger chunks (chunking) cost less; what binds it: Step Functions');
    expect(refusal).toMatch(/"limits": \{ "maxCostUsd": 1\.3, "maxMinutes": 13 \}$/);
  });
});
