import { describe, expect, it } from 'vitest';
import { NumberColumns } from '#cli/report/number-columns.ts';
import { TRY_OUTCOME } from '#cli/report/run-audit.ts';
import { histogram, quantile, textPerSecond, writersAtOnce } from '#cli/report/series.ts';
import type { Timeline } from '#cli/report/timeline.ts';

/** Tries of chunks 0, 1, … from one second to another. */
function timeline(spans: readonly (readonly [number, number])[], end: number): Timeline {
  const tries = new NumberColumns(['index', 'start', 'end', 'outcome'] as const);
  for (const [index, [start, stop]] of spans.entries()) {
    tries.add({ index, start, end: stop, outcome: TRY_OUTCOME.done });
  }
  return { originMs: 0, end, tries };
}

describe('writersAtOnce', () => {
  it('is the most at once in each step, and none before and after', () => {
    const spans = [
      [0, 90],
      [45, 90],
      [90, 135],
      [50, 50.1],
    ] as const;
    const steps = writersAtOnce(timeline(spans, 180));
    expect(steps).toHaveLength(180);
    const at = (second: number) => steps[second]?.value;
    expect([at(0), at(44), at(45), at(50), at(51), at(89)]).toEqual([1, 1, 2, 3, 2, 2]);
    expect([at(90), at(134), at(135), at(179)]).toEqual([1, 1, 0, 0]);
  });
});

describe('textPerSecond', () => {
  it('spreads what a try wrote evenly over its duration, and loses no byte', () => {
    const spans = [
      [0, 90],
      [45, 135.5],
      [179.9, 180],
    ] as const;
    const steps = textPerSecond(timeline(spans, 180), (index) => [9_000, 905, 7][index]!);
    expect(steps[10]?.value).toBeCloseTo(100, 9);
    expect(steps[60]?.value).toBeCloseTo(110, 9);
    expect(steps[100]?.value).toBeCloseTo(10, 9);
    expect(steps[150]?.value).toBe(0);
    expect(steps.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(9_912, 6);
  });
});

describe('histogram', () => {
  it('counts every number once, in bars of a round width from 0 on', () => {
    const bars = histogram(Float64Array.of(0, 1, 2, 2, 39.9, 40, Number.NaN));
    expect(bars[0]).toEqual({ from: 0, to: 1, count: 1 });
    expect(bars[2]).toEqual({ from: 2, to: 3, count: 2 });
    expect(bars.at(-1)).toEqual({ from: 40, to: 41, count: 1 });
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(6);
    expect(histogram(Float64Array.of(Number.NaN))).toEqual([]);
  });
});

describe('quantile', () => {
  it('is a value of those that are numbers', () => {
    expect(quantile(Float64Array.of(5, Number.NaN, 1, 3), 0.5)).toBe(3);
    expect(quantile(Float64Array.of(5, 1, 3), 1)).toBe(5);
    expect(quantile(new Float64Array(), 0.5)).toBeNaN();
  });
});
