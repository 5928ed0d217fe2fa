import { describe, expect, it } from 'vitest';
import { PRICES } from '#core/cost/prices.ts';
import { promiseRun } from '#core/cost/promise-run.ts';
import { promiseTable } from '#core/cost/promise-table.ts';
import { USUAL_MAP } from '#core/cost/simulated-map.ts';
import { stagingCost } from '#core/cost/staging-cost.ts';

const USAGE = {
  ...{ puts: 1e6, gets: 0, lists: 0, ledgerWrites: 0, ledgerReads: 0 },
  ...{ transitions: 0, invocations: 0, logBytes: 0 },
};

const map = { ...USUAL_MAP, chunks: 100, workSeconds: 7, concurrency: 50 };

describe('promiseRun', () => {
  it('prices requests and the seconds of functions, and says what binds the longer Map', () => {
    const short = { map: { ...map, workSeconds: 0.1 }, memoryMiB: 512 };
    const run = promiseRun({
      ...{ usage: USAGE, maps: [short, { map, memoryMiB: 1024 }] },
      ...{ secondsAround: 10, storedBytes: 1e9, prices: PRICES },
    });
    expect(run).toMatchObject({ storageUsdPerMonth: 0.023, binds: 'concurrency' });
    expect(run.usd.s3).toBe(5);
    expect(run.gbSeconds).toBeGreaterThan(700);
    expect(run.gbSeconds).toBeLessThan(900);
    expect(run.usd.lambda).toBeCloseTo(run.gbSeconds * PRICES.lambdaGbSecond, 5);
    expect(run.seconds.p50).toBeGreaterThan(10 + 14);
  });

  it('takes other prices', () => {
    const prices = { ...PRICES, s3Put: 1e-3 };
    const run = { usage: USAGE, maps: [{ map, memoryMiB: 512 }], secondsAround: 0 };
    expect(promiseRun({ ...run, storedBytes: 0, prices }).usd.s3).toBe(1_000);
  });
});

describe('promiseTable', () => {
  const table = { sourceBytes: 1e12, outputBytes: 0.2e12, files: 400 };

  it('is dearer with a shuffle', () => {
    const plain = promiseTable(table, 500, PRICES);
    const shuffle = { mappers: 2_500, reads: 400_000 };
    const shuffled = promiseTable({ ...table, shuffle }, 500, PRICES);
    expect(plain.usage.invocations).toBe(400);
    expect(shuffled.usage.invocations).toBe(2_900);
    expect(shuffled.usd.total).toBeGreaterThan(plain.usd.total + 0.4);
    expect(plain.usd.total).toBeGreaterThan(0.3);
    expect(plain.usd.total).toBeLessThan(0.9);
  });
});

describe('stagingCost', () => {
  it('shares the source between jobs, as many as work at once', () => {
    const one = { jobs: 100, sourceBytes: 100e9, stagedBytes: 50e9, concurrency: 100 };
    const { seconds, usd, ...said } = stagingCost(one, PRICES);
    expect(said).toEqual({ jobs: 100, bytes: 50e9 });
    expect(seconds).toBeCloseTo(5 + 50 + 20, 1);
    expect(stagingCost({ ...one, concurrency: 50 }, PRICES).seconds).toBeCloseTo(5 + 140, 1);
    expect(usd).toBeGreaterThan(0.1);
    expect(usd).toBeLessThan(0.4);
  });
});
