import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parsePrices } from '#core/cost/prices/price-file.ts';
import { type PlanPrices, withAge } from '#core/cost/prices.ts';

/** Whose prices a plan has, as given on the command line. */
export interface PricesFlags {
  readonly region?: string;
  readonly prices?: string;
}

/** Adds `--region` and `--prices`. */
export function addPricesOptions(command: Command): Command {
  return command
    .option('--region <name>', 'Region whose list prices are taken (default: that of AWS_REGION)')
    .option('--prices <file.json>', 'prices in their place, as the command prices writes them');
}

/**
 * What a step that plans gets by these options.
 *
 * @throws {PriceFileError} the file is no file of prices.
 */
export async function withPrices({
  region,
  prices: file,
}: PricesFlags): Promise<{ readonly region?: string; readonly prices?: PlanPrices }> {
  const named = region === undefined ? {} : { region };
  if (file === undefined) return named;
  const prices = parsePrices(await readFile(file, 'utf8'), file);
  return { ...named, prices: withAge(prices, new Date()) };
}
