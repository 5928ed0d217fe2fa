import { expect, test } from 'vitest';
import { PRICES } from '#core/cost/prices.ts';
import type { CountedRun } from './counted-run.ts';
import { perTerabyte } from './per-terabyte.ts';

/** A run of chunks of 500 MB: each has a PUT and four writes, and the run 20 GETs once. */
function runOf(chunks: number): CountedRun {
  return {
    ...{ chunks, textBytes: chunks * 5e8, storedBytes: chunks * 5e8, sourceBytes: chunks * 1e6 },
    ...{ puts: chunks, gets: 20, lists: 1, ledgerWrites: 4 * chunks, ledgerReads: 16 },
    ...{ invocations: chunks + 2, writerCpuSeconds: chunks, otherCpuSeconds: 1 },
    logBytes: 800 * chunks,
  };
}

test('a terabyte has what a chunk takes so many times, and the rest once', () => {
  const { cost, chunks, puts, storage } = perTerabyte(runOf(2), runOf(6), { passes: 2 });
  expect(chunks).toBeCloseTo(2_000, 6);
  expect(puts).toBeCloseTo(2_000, 6);
  expect(storage).toBeCloseTo(23, 6);
  expect(cost.s3).toBeCloseTo(2_000 * PRICES.s3Put + 20 * PRICES.s3Get + PRICES.s3List, 9);
  expect(cost.dynamoDb).toBeCloseTo(8_000 * PRICES.dynamoDbWrite + 16 * PRICES.dynamoDbRead, 9);
  expect(cost.stepFunctions).toBeCloseTo(4_005 * PRICES.stateTransition, 9);
  const seconds = (1e12 + 2 * 2e9) / 75e6 + 2_000 / (512 / 1_769);
  const gigabyteSeconds = 0.5 * seconds + 1_769 / 1_024;
  const invocations = 2_002 * PRICES.lambdaRequest;
  expect(cost.lambda).toBeCloseTo(gigabyteSeconds * PRICES.lambdaGbSecond + invocations, 9);
});

test('half the rate costs more', () => {
  const runs = [runOf(2), runOf(6)] as const;
  const usual = perTerabyte(...runs, { passes: 1 });
  const slow = perTerabyte(...runs, { passes: 1, rate: 37.5e6 });
  expect(slow.cost.lambda).toBeGreaterThan(1.5 * usual.cost.lambda);
  expect(slow.cost.s3).toBe(usual.cost.s3);
});
