/**
 * `npm run campaign -- frames`: writes random frames with each pandas, and compares what `slice`
 * prints of them with `DataFrame.to_csv`.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { compareSlices } from '#support/python/compare-slices.ts';
import { PYTHON_ENVIRONMENTS, pythonOf } from '#support/python/environment.ts';

const MAKE_FRAMES = join(import.meta.dirname, 'make_frames.py');

const options = new Command('npm run campaign -- frames')
  .description('compare what is printed of random frames of several dtypes with pandas')
  .option('--runs <n>', 'how many frames for each pandas', parseCount, 2000)
  .option('--seed <n>', 'of all of them', parseCount, 1)
  .parse()
  .opts<{ runs: number; seed: number }>();

for (const environment of PYTHON_ENVIRONMENTS) {
  const { name } = environment;
  const python = await pythonOf(environment);
  if (python === undefined) {
    console.log(`${name}: skipped, there is no Python for it`);
    continue;
  }
  const same = await compareSlices(python, MAKE_FRAMES, options);
  console.log(`${name}: ${same} of ${options.runs} frames have the text of to_csv`);
  if (same < options.runs) process.exitCode = 1;
}
