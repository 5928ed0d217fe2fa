import { describe, expect, it } from 'vitest';
import { costOf, gbSecondsOf, storageCost } from '#core/cost/cost.ts';
import { estimateRun } from '#core/cost/estimate-run.ts';
import { PRICES } from '#core/cost/prices.ts';

const NOTHING = {
  ...{ puts: 0, gets: 0, lists: 0, ledgerWrites: 0, ledgerReads: 0, transitions: 0 },
  ...{ invocations: 0, lambdaGbSeconds: 0, logBytes: 0 },
};

describe('costOf', () => {
  it('counts a million of each at its list price', () => {
    const million = 1e6;
    const costs = costOf({
      ...{ puts: million, gets: million, lists: million },
      ...{ ledgerWrites: million, ledgerReads: million, transitions: million },
      ...{ invocations: million, lambdaGbSeconds: million, logBytes: 1e9 },
    });
    expect(costs.s3).toBeCloseTo(5 + 0.4 + 5, 9);
    expect(costs.stepFunctions).toBeCloseTo(25, 9);
    expect(costs.dynamoDb).toBeCloseTo(0.625 + 0.125, 9);
    expect(costs.lambda).toBeCloseTo(13.3334 + 0.2, 9);
    expect(costs.logs).toBeCloseTo(0.5, 9);
    expect(costs.total).toBeCloseTo(10.4 + 25 + 0.75 + 13.5334 + 0.5, 9);
  });

  it('keeps what is staged for a thirtieth of a month', () => {
    expect(costOf({ ...NOTHING, stagedBytes: 30e9 }).s3).toBeCloseTo(0.023, 9);
  });

  it('takes other prices', () => {
    const dear = { ...PRICES, s3Put: 1 };
    expect(costOf({ ...NOTHING, puts: 3 }, dear).total).toBe(3);
  });
});

describe('gbSecondsOf', () => {
  it('divides the processor by the share that the memory gives, and adds the network', () => {
    const work = { bytes: 750e6, cpuSeconds: 2 };
    expect(gbSecondsOf({ ...work, memoryMiB: 1_769 })).toBeCloseTo((1_769 / 1_024) * 12, 6);
    expect(gbSecondsOf({ ...work, memoryMiB: 512 })).toBeCloseTo((2 * 1_769) / 1_024 + 5, 6);
    expect(gbSecondsOf({ ...work, memoryMiB: 3_538 })).toBeCloseTo((3_538 / 1_024) * 12, 6);
    const slow = { ...work, memoryMiB: 512, bytesPerSecond: 37.5e6 };
    expect(gbSecondsOf(slow)).toBeCloseTo((2 * 1_769) / 1_024 + 10, 6);
  });
});

describe('estimateRun', () => {
  it('is some ten cents a terabyte to write, and 23 dollars a month to keep', () => {
    const { write, keep } = estimateRun({ chunks: 1_900, outputBytes: 1e12 });
    expect(write.total).toBeGreaterThan(0.15);
    expect(write.total).toBeLessThan(0.4);
    expect(keep).toBeCloseTo(23, 6);
    expect(storageCost(1e12)).toBe(keep);
  });
});
