import { type PlanPrices, planPrices } from '#core/cost/prices.ts';
import type { PlanDeps } from './plan-deps.ts';

/** The prices that a step plans with: those of its Region. */
export function pricesOf({ region, now, prices }: PlanDeps): PlanPrices {
  return prices ?? planPrices(region, now());
}
