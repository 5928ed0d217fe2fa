/**
 * `npm run campaign -- fuzz --runs 100000 --seed 1`: reads damaged sources, and compares the rows
 * with those that the libraries read.
 */
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { runFuzzCampaign } from './campaign.ts';
import { describeRun, saveRuns } from './one-run.ts';
import { preparePython } from './python.ts';
import { reportLines } from './say-report.ts';

const DEFAULT_RUNS = 10_000;
const DEFAULT_SEED = 1;
const DEFAULT_PROCESSES = 2;

/** Runs between two lines of progress. */
const PROGRESS_RUNS = 10_000;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly processes: number;
  readonly only?: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { runs, seed, processes, only } = new Command('npm run campaign -- fuzz')
  .description('read damaged sources of every format, and compare what is read with SciPy')
  .option('--runs <n>', 'how many', parseCount, DEFAULT_RUNS)
  .option('--seed <n>', 'of all of them', parseCount, DEFAULT_SEED)
  .option('--processes <n>', 'at once', parseCount, DEFAULT_PROCESSES)
  .option('--only <run>', 'this one, and print all about it')
  .parse()
  .opts<Options>();
const side = await preparePython();
if (side === undefined)
  say('no Python: rows are not compared, and seeds are the golden files only');
if (only !== undefined) {
  for (const line of await describeRun(Number(only), seed, side)) say(line);
  process.exit();
}
const began = performance.now();
let printed = 0;
const report = await runFuzzCampaign({
  runs,
  seed,
  processes,
  python: side?.python,
  seedFolder: side?.seeds,
  onProgress(done) {
    if (done - printed < PROGRESS_RUNS && done < runs) return;
    printed = done;
    const seconds = Math.round((performance.now() - began) / 1000);
    say(`${done} of ${runs} runs, ${seconds} s`);
  },
});
for (const line of reportLines(report, seed)) say(line);
await saveRuns(
  report.bad.map(({ run }) => run),
  seed,
  side,
);
process.exit(report.bad.length === 0 ? 0 : 1);
