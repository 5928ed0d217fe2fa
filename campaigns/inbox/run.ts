/** `npm run campaign -- inbox`: days of arrivals, taken in by ticks that die and race. */
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { playDay } from './play.ts';

interface Options {
  readonly days: number;
  readonly seed: number;
  readonly small: number;
  readonly large: number;
}

const { days, seed, small, large } = new Command('npm run campaign -- inbox')
  .description('let objects arrive for days on a clock of their own, and take them in')
  .option('--days <n>', 'each of another seed', parseCount, 1)
  .option('--seed <n>', 'of the first day', parseCount, 1)
  .option('--small <n>', 'small objects of a day', parseCount, 3000)
  .option('--large <n>', 'large objects of a day', parseCount, 8)
  .parse()
  .opts<Options>();

let failures = 0;
for (let at = 0; at < days; at += 1) {
  try {
    const options = { small, large, smallBytes: 120_000, everySeconds: 900 };
    const played = await playDay({ ...options, seed: seed + at });
    console.log(`seed ${seed + at}: ${JSON.stringify(played)}`);
  } catch (error) {
    failures += 1;
    const said = error instanceof Error ? error.message : error;
    console.log(`FAILED --days 1 --seed ${seed + at}: ${said}`);
  }
}
console.log(`${days} days: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
