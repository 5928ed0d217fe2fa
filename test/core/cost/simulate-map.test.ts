import { describe, expect, it } from 'vitest';
import { quantile, spreadOf, TRACE } from '#core/cost/duration-spread.ts';
import { LAMBDA_SCALING } from '#core/cost/lambda-environments.ts';
import { simulateMap } from '#core/cost/simulate-map.ts';
import { meanSeconds, type SimulatedMap, USUAL_MAP } from '#core/cost/simulated-map.ts';

/** Functions that start at once, each of which takes what the trace says. */
const AT_ONCE: Omit<SimulatedMap, 'chunks' | 'spread'> = {
  workSeconds: TRACE.medianSeconds,
  concurrency: 10_000,
  ...{ overheadSeconds: 0, coldSeconds: 0, dispatchPerSecond: 1e9 },
  scaling: { accountConcurrency: 10_000, burst: 10_000, perSecond: 0 },
};

/** Mean figures of many seeds. */
function meanOf(map: SimulatedMap, seeds = 50) {
  const runs = Array.from({ length: seeds }, (_, seed) => simulateMap(map, seed + 1));
  const mean = (figure: 'p50' | 'p95' | 'p99' | 'seconds') =>
    runs.reduce((sum, run) => sum + run[figure], 0) / seeds;
  return { p50: mean('p50'), p95: mean('p95'), p99: mean('p99'), last: mean('seconds') };
}

function expectNear(simulated: object, seen: Readonly<Record<string, number>>) {
  for (const [figure, value] of Object.entries(simulated)) {
    expect(Math.abs(value / seen[figure]! - 1), `${figure} ${value}`).toBeLessThan(0.15);
  }
}

describe('the trace of 1,000 functions on AWS', () => {
  it.each([0, 1])('fitted on one half of its durations gives the other half (%i)', (half) => {
    const [fitted, held] = [half, 1 - half].map((rest) =>
      TRACE.multiples.filter((_, place) => place % 2 === rest),
    );
    const seen = spreadOf(held!.map((each) => each * TRACE.medianSeconds)).multiples;
    const simulated = meanOf({ ...AT_ONCE, chunks: 500, spread: spreadOf(fitted!) });
    expectNear(simulated, {
      ...{ p50: quantile(seen, 0.5), p95: quantile(seen, 0.95), p99: quantile(seen, 0.99) },
      last: seen.at(-1)!,
    });
  });

  it('gives the ends of the functions as they were seen, with their starts', () => {
    const dispatchPerSecond = 1_000 / TRACE.startedWithinSeconds;
    const map = { ...AT_ONCE, chunks: 1_000, dispatchPerSecond, spread: spreadOf(TRACE.multiples) };
    expectNear(meanOf(map), { p50: 7.9, p95: 9.3, p99: 15.2, last: 24.7 });
  });
});

describe('simulateMap', () => {
  const equal = { ...USUAL_MAP, spread: spreadOf([1]), overheadSeconds: 0, coldSeconds: 0 };

  it('starts children one after the other, as many as may be at once', () => {
    const map = { ...equal, chunks: 5, workSeconds: 2, concurrency: 2, dispatchPerSecond: 10 };
    // At 0 and 0.1, then as others end: 2, 2.1, 4; the last ends at 6.
    expect(simulateMap(map, 1)).toMatchObject({ seconds: 6, coldStarts: 2, throttles: 0 });
    expect(simulateMap(map, 1).functionSeconds).toBeCloseTo(10, 9);
  });

  it('adds a cold start to each function whose environment is new', () => {
    const map = { ...equal, chunks: 4, workSeconds: 1, concurrency: 2, coldSeconds: 3 };
    expect(simulateMap(map, 1).functionSeconds).toBeCloseTo(4 + 2 * 3, 9);
  });

  it('gives a function new environments as fast as Lambda does', () => {
    const scaling = { accountConcurrency: 100, burst: 10, perSecond: 1 };
    const map = { ...equal, chunks: 20, workSeconds: 1_000, concurrency: 20, scaling };
    const { seconds, throttles, coldStarts } = simulateMap(map, 1);
    expect(coldStarts).toBe(20);
    expect(throttles).toBeGreaterThan(10);
    // Ten more environments take ten seconds; full jitter waits a minute more at most.
    expect(seconds).toBeGreaterThan(1_010 - 1);
    expect(seconds).toBeLessThan(1_080);
  });

  it('waits for the functions of a small account, and says how often', () => {
    const scaling = { ...LAMBDA_SCALING, accountConcurrency: 10 };
    const small = { ...USUAL_MAP, chunks: 200, workSeconds: 8, concurrency: 200, scaling };
    const { seconds, throttles } = simulateMap(small, 1);
    expect(throttles).toBeGreaterThan(200);
    expect(seconds).toBeGreaterThan((200 / 10) * 8);
    const calm = simulateMap({ ...small, concurrency: 10 }, 1);
    expect(calm.throttles).toBe(0);
    expect(calm.seconds).toBeLessThan(seconds);
  });

  it('is the same for the same seed, and another one for another', () => {
    const map = { ...USUAL_MAP, chunks: 300, workSeconds: 7, concurrency: 100 };
    expect(simulateMap(map, 7)).toEqual(simulateMap(map, 7));
    expect(simulateMap(map, 8).seconds).not.toBe(simulateMap(map, 7).seconds);
  });

  it('takes as long as all functions together, over many waves', () => {
    const map = { ...USUAL_MAP, chunks: 20_000, workSeconds: 7, concurrency: 500 };
    const { seconds, functionSeconds } = simulateMap(map, 1);
    expect(functionSeconds / 20_000).toBeCloseTo(meanSeconds(map), 1);
    expect(seconds / (functionSeconds / 500)).toBeGreaterThan(1);
    expect(seconds / (functionSeconds / 500)).toBeLessThan(1.15);
  });
});
