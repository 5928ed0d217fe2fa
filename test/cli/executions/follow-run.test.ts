import { describe, expect, test } from 'vitest';
import { pauseAfter, refusalPause } from '#cli/executions/follow-run.ts';

describe('an execution that is watched', () => {
  test('is looked at every 5 s, after ten minutes every 15 s', () => {
    expect(pauseAfter(2, 0)).toBe(5_000);
    expect(pauseAfter(1, 599_999)).toBe(5_000);
    expect(pauseAfter(2, 600_000)).toBe(15_000);
  });

  test('costs at most 0.4 calls a second, however many a look takes', () => {
    for (const calls of [1, 2, 3, 4, 7]) {
      expect(calls / (pauseAfter(calls, 0) / 1000)).toBeLessThanOrEqual(0.4);
    }
  });

  test('waits any time up to a bound that doubles when AWS refuses a look', () => {
    expect(refusalPause(1, 0)).toBe(0);
    expect([1, 2, 3].map((refusals) => refusalPause(refusals, 1))).toEqual([
      10_000, 20_000, 40_000,
    ]);
    expect(refusalPause(10, 1)).toBe(60_000);
    expect(refusalPause(10, 0.5)).toBe(30_000);
  });
});
