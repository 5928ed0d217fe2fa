import { quantile } from './duration-spread.ts';
import { simulateMap } from './simulate-map.ts';
import type { SimulatedMap } from './simulated-map.ts';

/** Seconds that nine in ten runs lie between, and those that a half does not pass. */
export interface SecondsBand {
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
}

/** Children of all simulations together, so that a forecast takes about a second. */
const CHILDREN = 400_000;

const SEEDS = { least: 3, most: 20 } as const;

/** How often Maps of so many children are simulated. */
function seedsOf(children: number): number {
  const { least, most } = SEEDS;
  return Math.min(most, Math.max(least, Math.floor(CHILDREN / Math.max(children, 1))));
}

/**
 * Forecasts a run of Maps that follow each other, by simulations: the seeds are always the same, so
 * the same Maps have the same forecast.
 *
 * @param fixedSeconds of what is around the Maps.
 */
export function forecastSeconds(maps: readonly SimulatedMap[], fixedSeconds: number): SecondsBand {
  const count = seedsOf(maps.reduce((sum, { chunks }) => sum + chunks, 0));
  const runs = Float64Array.from({ length: count }, (_, seed) =>
    maps.reduce((sum, map) => sum + simulateMap(map, seed + 1).seconds, fixedSeconds),
  ).sort();
  return { p5: quantile(runs, 0.05), p50: quantile(runs, 0.5), p95: quantile(runs, 0.95) };
}
