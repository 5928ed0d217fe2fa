import { PRICE_FILES } from './prices/files.ts';
import type { Prices } from './prices/price-file.ts';

/** Region whose prices are taken where there are none of one's own. */
const USUAL_REGION = 'us-east-1';

/** After so many days prices are worth a word. */
const OLD_DAYS = 180;

const DAY_MS = 24 * 60 * 60 * 1000;

function pricesOf(region: string): Prices | undefined {
  return (PRICE_FILES as readonly object[] as readonly Prices[]).find(
    (prices) => prices.region === region,
  );
}

/** The prices of us-east-1. */
export const PRICES: Prices = pricesOf(USUAL_REGION)!;

/** Prices to plan with, and what the user should know of them, a sentence each. */
export interface PlanPrices {
  readonly prices: Prices;
  readonly warnings: readonly string[];
}

/** Whole days since prices were read. */
export function ageInDays({ date }: Pick<Prices, 'date'>, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - new Date(date).getTime()) / DAY_MS));
}

/** Says that prices are old, if they are. */
export function withAge(prices: Prices, now: Date): PlanPrices {
  const age = ageInDays(prices, now);
  const old = `the prices of ${prices.region} are ${age} days old; sparse-fanout prices ${prices.region} reads them anew`;
  return { prices, warnings: age > OLD_DAYS ? [old] : [] };
}

/**
 * The prices of a Region, or those of us-east-1 where it has no file here.
 *
 * @param now says how old they are.
 */
export function planPrices(region: string, now: Date): PlanPrices {
  const own = pricesOf(region);
  if (own !== undefined) return withAge(own, now);
  const { prices, warnings } = withAge(PRICES, now);
  const other = `there are no prices of ${region} here, so those of ${USUAL_REGION} were taken; sparse-fanout prices ${region} --out prices.json reads them, and plan --prices takes them`;
  return { prices, warnings: [other, ...warnings] };
}
