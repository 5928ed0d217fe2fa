import { describe, expect, it } from 'vitest';
import { closedForm } from '#core/cost/closed-form.ts';
import { simulateMap } from '#core/cost/simulate-map.ts';
import { USUAL_MAP } from '#core/cost/simulated-map.ts';

const CHUNKS = [10, 100, 1_000, 3_000, 10_000, 100_000];
const CONCURRENCY = [50, 500, 1_000];
const RATES = [100, 1_000];
const WORK = [1, 7, 60];

const GRID = CHUNKS.flatMap((chunks) =>
  CONCURRENCY.flatMap((concurrency) =>
    RATES.flatMap((dispatchPerSecond) =>
      WORK.map((workSeconds) => ({ chunks, concurrency, dispatchPerSecond, workSeconds })),
    ),
  ),
);

describe('closedForm', () => {
  it('is within 15 % of the mean simulation where nothing throttles, and prints the grid', () => {
    const rows = GRID.map((point) => {
      const map = { ...USUAL_MAP, coldSeconds: 0, ...point };
      const seeds = Math.min(200, Math.max(1, Math.round(20_000 / point.chunks)));
      const runs = Array.from({ length: seeds }, (_, seed) => simulateMap(map, seed + 1));
      const throttles = runs.reduce((sum, run) => sum + run.throttles, 0);
      const simulated = runs.reduce((sum, run) => sum + run.seconds, 0) / seeds;
      const share = closedForm(map) / simulated - 1;
      return { ...point, simulated, percent: 100 * share, throttles };
    });
    const calm = rows.filter(({ throttles }) => throttles === 0);
    const worst = calm.reduce((a, b) => (Math.abs(a.percent) > Math.abs(b.percent) ? a : b));
    console.log('chunks, writers, starts a second, seconds of work: seconds, closed form');
    for (const { chunks, concurrency, dispatchPerSecond, workSeconds, ...row } of calm) {
      const point = [chunks, concurrency, dispatchPerSecond, workSeconds].join(', ');
      console.log(`${point}: ${row.simulated.toFixed(1)}, ${row.percent.toFixed(1)} %`);
    }
    expect(calm.length).toBeGreaterThan(80);
    expect(Math.abs(worst.percent), JSON.stringify(worst)).toBeLessThan(15);
  });
});
