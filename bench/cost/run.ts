/**
 * `npm run bench:cost`: counts the calls of local runs at default settings, and prints dollars for
 * 10^12 bytes of text. Exits 1 where the dearer column misses its goal. Linux only.
 */
import { Command } from 'commander';
import { thisMachine } from '#bench/machine.ts';
import { NETWORK_BYTES_PER_SECOND } from '#core/cost/cost.ts';
import { PRICES } from '#core/cost/prices.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { CountedStack } from './counted-run.ts';
import { type PerTerabyte, perTerabyte } from './per-terabyte.ts';

/** Rows of a full chunk, by the longest text that they can have: 101,140 bytes each. */
const CHUNK_ROWS = { none: 5_308, gzip: 84_930 } as const;

/** Chunks of the two runs whose difference is taken. */
const FEW = 2;
const MANY = { none: 6, gzip: 4 } as const;

/** Dollars, and PUTs, that a terabyte of text may take. */
const GOALS = { plain: { usd: 0.4, puts: 2_000 }, gzip: { usd: 0.05, puts: 2_000 } } as const;

const options = new Command('bench:cost')
  .option('--json', 'print one JSON object and nothing else')
  .parse(process.argv)
  .opts<{ readonly json?: true }>();

interface Costs {
  readonly usual: PerTerabyte;
  /** At half the rate, as some measured below one vCPU. */
  readonly halfRate: PerTerabyte;
}

async function measure(stack: CountedStack, compression: Compression): Promise<Costs> {
  const rows = CHUNK_ROWS[compression];
  const few = await stack.run(FEW * rows, compression);
  const many = await stack.run(MANY[compression] * rows, compression);
  const passes = compression === 'none' ? 2 : 1;
  const rate = NETWORK_BYTES_PER_SECOND / 2;
  return {
    usual: perTerabyte(few, many, { passes }),
    halfRate: perTerabyte(few, many, { passes, rate }),
  };
}

function fieldsOf({ usual, halfRate }: Costs) {
  return {
    usdPerTB: usual.cost.total,
    usdPerTBHalfRate: halfRate.cost.total,
    putsPerTB: Math.round(usual.puts),
    chunksPerTB: Math.round(usual.chunks),
    writerCpuSecondsPerTB: Math.round(usual.writerCpuSeconds),
    storedBytesPerTB: Math.round(usual.storedBytes),
    storageUsdPerMonth: usual.storage,
    usdByService: usual.cost,
    usdByServiceHalfRate: halfRate.cost,
  };
}

function isKept(name: keyof typeof GOALS, { usual, halfRate }: Costs): boolean {
  const { usd, puts } = GOALS[name];
  return halfRate.cost.total <= usd && usual.puts <= puts;
}

const SERVICES = ['lambda', 's3', 'stepFunctions', 'dynamoDb', 'logs', 'total'] as const;

function table(name: keyof typeof GOALS, costs: Costs): string {
  const column = (cost: PerTerabyte['cost']) =>
    SERVICES.map((service) => cost[service].toFixed(4).padStart(8)).join(' ');
  const { usd, puts } = GOALS[name];
  const { usual, halfRate } = costs;
  return [
    `${name.padEnd(24)} ${SERVICES.map((service) => service.slice(0, 8).padStart(8)).join(' ')}`,
    `  75 MB/s a writer       ${column(usual.cost)}`,
    `  half of that           ${column(halfRate.cost)}`,
    `  ${usual.puts.toFixed(0)} PUTs (at most ${puts}), ${usual.chunks.toFixed(0)} chunks, ${usual.writerCpuSeconds.toFixed(0)} CPU s of writers; storage $${usual.storage.toFixed(2)} a month`,
    `  goal: at most $${usd} in the dearer row: ${isKept(name, costs) ? 'reached' : 'MISSED'}`,
  ].join('\n');
}

const stack = await CountedStack.start();
try {
  const plain = await measure(stack, 'none');
  const gzip = await measure(stack, 'gzip');
  if (options.json === true) {
    console.log(JSON.stringify({ plain: fieldsOf(plain), gzip: fieldsOf(gzip) }));
  } else {
    console.log(JSON.stringify(thisMachine()));
    console.log(`dollars for 10^12 bytes of text; list prices of ${PRICES.region}, ${PRICES.date}`);
    console.log(`${table('plain', plain)}\n${table('gzip', gzip)}`);
  }
  process.exitCode = isKept('plain', plain) && isKept('gzip', gzip) ? 0 : 1;
} finally {
  await stack.close();
}
