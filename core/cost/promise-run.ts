import { ONE_VCPU_MIB } from '#core/contract.ts';
import { type BindingLimit, bindingLimit } from './binding-limit.ts';
import { type Cost, costOf, type Usage } from './cost.ts';
import { forecastSeconds, type SecondsBand } from './forecast-seconds.ts';
import type { Prices } from './prices/price-file.ts';
import { meanSeconds, mostAtOnce, type SimulatedMap } from './simulated-map.ts';

/** A Map of functions, and their memory. */
interface PricedMap {
  readonly map: SimulatedMap;
  readonly memoryMiB: number;
}

/** A run that is counted, before it has written anything. */
export interface CountedRun {
  /** All but the seconds of its functions. */
  readonly usage: Omit<Usage, 'lambdaGbSeconds'>;
  /** In the order in which they follow each other. */
  readonly maps: readonly PricedMap[];
  /** Seconds of the steps around the Maps. */
  readonly secondsAround: number;
  readonly storedBytes: number;
  readonly prices: Prices;
}

/** What a run takes, about. */
export interface Promised {
  readonly usd: Cost;
  readonly storageUsdPerMonth: number;
  readonly seconds: SecondsBand;
  readonly gbSeconds: number;
  readonly binds: BindingLimit;
}

const MiB_PER_GB = 1024;
const BYTES_PER_GB = 1e9;

function gbSeconds({ map, memoryMiB }: PricedMap): number {
  const seconds = map.chunks * meanSeconds(map) + mostAtOnce(map) * map.coldSeconds;
  return (seconds * memoryMiB) / MiB_PER_GB;
}

/** Rounded so that a sum in another order is the same number. */
function rounded(amount: number, digits: number): number {
  return Number(amount.toFixed(digits));
}

function roundedBand({ p5, p50, p95 }: SecondsBand): SecondsBand {
  return { p5: rounded(p5, 1), p50: rounded(p50, 1), p95: rounded(p95, 1) };
}

function roundedCost(cost: Cost): Cost {
  const entries = Object.entries(cost).map(([name, amount]) => [name, rounded(amount, 6)]);
  return Object.fromEntries(entries) as Cost;
}

/** Prices a run at list prices, and forecasts its time by simulations. */
export function promiseRun(run: CountedRun): Promised {
  const { usage, maps, secondsAround, storedBytes, prices } = run;
  const around = (secondsAround * ONE_VCPU_MIB) / MiB_PER_GB;
  const lambdaGbSeconds = maps.reduce((sum, map) => sum + gbSeconds(map), around);
  const longest = maps.reduce((one, other) => (gbSeconds(other) > gbSeconds(one) ? other : one));
  const seconds = forecastSeconds(
    maps.map(({ map }) => map),
    secondsAround,
  );
  return {
    usd: roundedCost(costOf({ ...usage, lambdaGbSeconds }, prices)),
    storageUsdPerMonth: rounded((storedBytes / BYTES_PER_GB) * prices.s3GbMonth, 6),
    seconds: roundedBand(seconds),
    gbSeconds: rounded(lambdaGbSeconds, 3),
    binds: bindingLimit(longest.map),
  };
}
