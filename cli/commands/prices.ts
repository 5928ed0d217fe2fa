import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { type CommandIo, write } from '#cli/frame/command-io.ts';
import { PriceFileError } from '#core/cost/prices/price-file.ts';
import { PRICED_SERVICES, pricesFromLists } from '#core/cost/prices/price-list.ts';

interface PricesOptions {
  readonly from?: string;
  readonly out?: string;
}

/** Where AWS publishes its prices, without credentials. */
const PRICE_LISTS = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws';

const EXAMPLES = `
Examples:
  $ npx sparse-fanout prices eu-central-1 --out prices.json
  $ npx sparse-fanout plan matrix.npz --prices prices.json

It reads five files of the Price List, 1.2 MB together. --from takes them from a folder instead, as
<service>.json, such as AWSLambda.json.
`;

async function readList(service: string, region: string, signal: AbortSignal): Promise<string> {
  const url = `${PRICE_LISTS}/${service}/current/${region}/index.json`;
  try {
    const answer = await fetch(url, { signal });
    if (answer.ok) return await answer.text();
    throw new Error(`it answers ${answer.status}`);
  } catch (cause) {
    throw new PriceFileError(
      `${url} cannot be read (${(cause as Error).message}); check the Region, or give a folder with the files by --from`,
      { cause },
    );
  }
}

async function prices(region: string, options: PricesOptions, io: CommandIo): Promise<void> {
  const { from, out } = options;
  const files = new Map<string, string>();
  for (const service of PRICED_SERVICES) {
    const text =
      from === undefined
        ? await readList(service, region, io.signal)
        : await readFile(join(from, `${service}.json`), 'utf8');
    files.set(service, text);
  }
  const date = new Date().toISOString().slice(0, 10);
  const found = `${JSON.stringify(pricesFromLists(files, region, date), null, 2)}\n`;
  if (out === undefined) return await write(io.stdout, found);
  await writeFile(out, found);
}

/** `prices`: reads AWS's list prices of a Region, for `plan --prices`. */
export function pricesCommand(io: () => CommandIo): Command {
  return new Command('prices')
    .description("read AWS's list prices of a Region into a file for plan --prices")
    .argument('<region>', 'such as eu-central-1')
    .option('--from <folder>', 'Price List files that were downloaded before')
    .option('--out <file.json>', 'receives the prices (default: printed)')
    .addHelpText('after', EXAMPLES)
    .action((region: string, options: PricesOptions) => prices(region, options, io()));
}
