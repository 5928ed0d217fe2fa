import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type CountedPlan, summarizePlan } from '#core/chunks/summarize-plan.ts';
import { PRICES } from '#core/cost/prices.ts';
import { planSummary } from '#core/run/plan-summary.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { arrayBytesOf } from '#core/sparse/sketched-facts.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { diagonal } from './diagonal.ts';

const FACTS: MatrixFacts = {
  ...{ kind: 'matrix', format: 'npz', shape: [400_000, 3], dtype: 'int64', nnz: 4 },
};

const BYTES = { min: 2e8, max: 5e8, all: 4e9 };

const PLAN: CountedPlan = {
  ...{ facts: FACTS, output: PLAIN_CSV, sourceBytes: 1e8, asked: { gets: 70, lists: 1 } },
  tallied: { chunks: 9, text: BYTES, stored: BYTES, puts: 9, gets: 99, longestRowBytes: 1e7 },
  parts: Array.from({ length: 9 }, (_, part) => `s3://b/${part}`),
  ...{ concurrency: 500, prices: { prices: PRICES, warnings: ['old'] } },
  limits: { outputBytes: 1e12 },
};

describe('summarizePlan', () => {
  const summary = summarizePlan(PLAN);

  it('says rows, chunks, bytes, bounds, and first and last parts', () => {
    expect(summary).toMatchObject({
      ...{ rows: 400_000, chunks: 9, facts: FACTS },
      ...{ minTextBytes: 2_400_000, maxTextBytes: 2_400_000 + 4 * 19 },
      ...{ text: { bytes: 4e9 }, stored: { bytes: 4e9 }, chunkBytes: { min: 2e8, max: 5e8 } },
      parts: [...PLAN.parts.slice(0, 3), '…', ...PLAN.parts.slice(6)],
      ...{ warnings: ['old'], storageUsdPerMonth: 0.092 },
      lambda: { memoryMiB: 512, peakBytes: 172e6 },
    });
    expect(summarizePlan({ ...PLAN, parts: PLAN.parts.slice(0, 6) }).parts).toHaveLength(6);
    expect(z.parse(planSummary, summary)).toEqual(summary);
  });

  it('counts the requests of all steps, and prices them', () => {
    const { requests, usd, seconds } = summary;
    expect(requests).toMatchObject({ ledgerWrites: 2 + 4 * 9, invocations: 11 });
    expect(requests.gets).toBeGreaterThan(99 + 70);
    const { total, ...services } = usd;
    expect(Object.values(services).reduce((sum, one) => sum + one)).toBeCloseTo(total, 5);
    expect(seconds.p5).toBeLessThanOrEqual(seconds.p50);
    expect(seconds.p50).toBeLessThanOrEqual(seconds.p95);
    expect(seconds.p50).toBeGreaterThan(10);
    expect(summarizePlan(PLAN)).toEqual(summary);
  });

  it('begins with its doubts, and says what staging takes and why it would be refused', () => {
    const staging = { jobs: 3, usd: 0.1, seconds: 20, bytes: 5 };
    const more = { ...PLAN, doubts: ['perhaps'], staging, limits: { outputBytes: 5 } };
    const doubted = summarizePlan(more);
    expect(doubted).toMatchObject({ staging, warnings: ['perhaps', 'old'] });
    expect(doubted.refusal).toMatch(/^the run would store about 4 GB, allowed are 5 bytes/);
  });

  it('needs more memory for an output whose chunks are held whole', () => {
    const held = summarizePlan({ ...PLAN, output: { kind: 'npz' } });
    expect(held.lambda.peakBytes).toBe(172e6 + 2 * 5e8);
  });
});

it('the arrays of a source have as many bytes as are read of them', async () => {
  const { source } = await diagonal(10, 5);
  expect(arrayBytesOf(source)).toBe(10 * (4 + 8) + 10 * 4);
});
