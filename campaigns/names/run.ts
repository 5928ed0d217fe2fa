/**
 * `npm run campaign -- names`: writes matrices with random names of rows and columns, and compares
 * the header and index that `slice` prints with those of `DataFrame.to_csv`.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { compareSlices } from '#support/python/compare-slices.ts';
import { pythonOf } from '#support/python/environment.ts';

const MAKE_NAMES = join(import.meta.dirname, 'make_names.py');

/** From 3.13 on Python quotes a carriage return, as this program does. */
const ENVIRONMENT = {
  name: 'names',
  requirements: join(import.meta.dirname, 'requirements.txt'),
  pythons: ['3.13', '3.12', '3.11'],
};

const options = new Command('npm run campaign -- names')
  .description('compare printed names of rows and columns with pandas')
  .option('--runs <n>', 'how many matrices, in turn of each container', parseCount, 1000)
  .option('--seed <n>', 'of all of them', parseCount, 1)
  .parse()
  .opts<{ runs: number; seed: number }>();

const python = await pythonOf(ENVIRONMENT);
if (python === undefined) console.log('skipped, there is no Python for it');
else {
  const same = await compareSlices(python, MAKE_NAMES, options);
  console.log(`${same} of ${options.runs} matrices have the text of to_csv`);
  if (same < options.runs) process.exitCode = 1;
}
