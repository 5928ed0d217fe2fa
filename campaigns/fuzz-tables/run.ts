/**
 * `npm run campaign -- fuzz-tables --format csv --runs 1000 --seed 1`: reads damaged tables in
 * random slices, and compares the rows with those of DuckDB, PyArrow and Polars on the whole file.
 */
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { runFuzzCampaign } from '#campaigns/fuzz/campaign.ts';
import { reportLines } from '#campaigns/fuzz/say-report.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { pythonOf } from '#support/python/environment.ts';
import { describeRun } from './describe-run.ts';
import { FUZZ_FORMATS, type FuzzFormat } from './make-table.ts';

const DEFAULT_RUNS = 1_000;
const DEFAULT_SEED = 1;
const DEFAULT_PROCESSES = 1;
const PROGRESS_RUNS = 500;

interface Options {
  readonly format: FuzzFormat;
  readonly runs: number;
  readonly seed: number;
  readonly processes: number;
  readonly python?: string;
  readonly only?: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const options = new Command('npm run campaign -- fuzz-tables')
  .description('read damaged tables, and compare what is read with three engines')
  .addOption(
    new Option('--format <format>', 'of all of them').choices(FUZZ_FORMATS).makeOptionMandatory(),
  )
  .option('--runs <n>', 'how many', parseCount, DEFAULT_RUNS)
  .option('--seed <n>', 'of all of them', parseCount, DEFAULT_SEED)
  .option('--processes <n>', 'at once', parseCount, DEFAULT_PROCESSES)
  .option('--python <path>', 'a Python with PyArrow and Polars; by default one is made')
  .option('--only <run>', 'this one, and print all about it')
  .parse()
  .opts<Options>();
const { format, runs, seed, processes, only } = options;
const python =
  options.python ??
  (await pythonOf({
    name: 'fuzz-tables',
    pythons: ['3.13', '3.12', '3.11', '3.14'],
    requirements: join(import.meta.dirname, 'requirements.txt'),
  }));
if (python === undefined) say('no Python: DuckDB judges alone');
if (only !== undefined) {
  for (const line of await describeRun({ format, seed, python }, Number(only))) say(line);
  process.exit();
}
const began = performance.now();
let printed = 0;
const report = await runFuzzCampaign({
  ...{ runs, seed, processes, python, format, script: join(import.meta.dirname, 'worker.ts') },
  onProgress(done) {
    if (done - printed < PROGRESS_RUNS && done < runs) return;
    printed = done;
    say(`${done} of ${runs} runs, ${Math.round((performance.now() - began) / 1000)} s`);
  },
});
for (const line of reportLines(report, seed, `fuzz-tables --format ${format}`)) say(line);
process.exit(report.bad.length === 0 ? 0 : 1);
