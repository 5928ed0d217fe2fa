import { Command, Option } from 'commander';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount, formatCounted } from '#cli/frame/format-figures.ts';
import { parseCount, parseSize } from '#cli/options/argument-parsers.ts';
import { WRITER_MIB } from '#core/contract.ts';
import { bindingAdvice } from '#core/cost/binding-limit.ts';
import { dollars } from '#core/cost/cost-text.ts';
import { LAMBDA_SCALING } from '#core/cost/lambda-environments.ts';
import { secondsText } from '#core/cost/seconds-text.ts';
import { type SketchedRun, simulateExport } from '#core/cost/simulated-export.ts';
import { DISPATCH_PER_SECOND } from '#core/cost/simulated-map.ts';
import { COMPRESSIONS, type Compression } from '#core/outputs/compression.ts';
import { AUTOMATIC_TEXT } from '#core/outputs/csv/automatic-target.ts';
import { DEFAULT_CONCURRENCY } from '#core/request/request-schema.ts';

interface SimulateOptions {
  readonly text: number;
  readonly compression: Compression;
  readonly chunkBytes?: number;
  readonly concurrency: number;
  readonly accountConcurrency: number;
  readonly dispatchRate: number;
  readonly memory: number;
  readonly seed: number;
}

const EXAMPLES = `
Examples:
  $ npx sparse-fanout simulate --text 100TB
  $ npx sparse-fanout simulate --text 10TB --compression gzip --concurrency 1000 --json
  $ npx sparse-fanout simulate --text 600GB --account-concurrency 10

It knows nothing of your source: it takes counts of words, 60 in a row of 20,000 columns. plan takes
a sample of the source instead.
`;

function prose({ binds, simulated, ...run }: SketchedRun, text: number): string {
  const { p5, p50, p95 } = run.seconds;
  const ends = [simulated.p50, simulated.p95, simulated.p99, simulated.seconds].map(secondsText);
  return [
    `text     ${formatBytes(text)} in ${formatCounted(run.chunks, 'chunk')}, ${formatBytes(run.storedBytes)} stored`,
    `time     ${secondsText(p50)} (${secondsText(p5)} to ${secondsText(p95)}); closed form ${secondsText(run.closedFormSeconds)}`,
    `writers  half ended after ${ends[0]}, 95 % after ${ends[1]}, 99 % after ${ends[2]}, the last after ${ends[3]}`,
    `starts   ${formatCount(simulated.coldStarts)} cold, ${formatCount(simulated.throttles)} throttled`,
    `limit    ${bindingAdvice(binds)}`,
    `price    ${dollars(run.usd.total)} to write, ${dollars(run.storageUsdPerMonth)} a month to keep`,
  ].join('\n');
}

async function simulate(options: SimulateOptions, io: CommandIo): Promise<void> {
  const { text, compression, concurrency, accountConcurrency, seed } = options;
  const run = simulateExport({
    ...{ textBytes: text, compression, concurrency, accountConcurrency, seed },
    chunkBytes: options.chunkBytes ?? AUTOMATIC_TEXT[compression],
    ...{ dispatchPerSecond: options.dispatchRate, memoryMiB: options.memory },
  });
  await printResult(io, run, prose(run, text));
}

/** `simulate`: how long a run of a size would take on AWS, and what binds it. Reads nothing. */
export function simulateCommand(io: () => CommandIo): Command {
  return new Command('simulate')
    .description('say how long a run of a given size would take on AWS, and which limit binds')
    .requiredOption('--text <size>', 'bytes of text of all rows, such as 100TB', parseSize)
    .addOption(
      new Option('--compression <name>', 'plain text, or gzip of it')
        .choices(COMPRESSIONS)
        .default('none'),
    )
    .option('--chunk-bytes <size>', 'text of a chunk (default: 512MiB, of gzip 8GiB)', parseSize)
    .option('--concurrency <n>', 'writers at once', parseCount, DEFAULT_CONCURRENCY)
    .option(
      '--account-concurrency <n>',
      'functions that the account may run at once',
      parseCount,
      LAMBDA_SCALING.accountConcurrency,
    )
    .option(
      '--dispatch-rate <n>',
      'children that Step Functions starts per second',
      parseCount,
      DISPATCH_PER_SECOND,
    )
    .option('--memory <MiB>', 'memory of a writer', parseCount, WRITER_MIB.least)
    .option('--seed <n>', 'of the simulation of single writers', parseCount, 1)
    .addHelpText('after', EXAMPLES)
    .action((options: SimulateOptions) => simulate(options, io()));
}
