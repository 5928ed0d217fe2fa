/**
 * `npm run campaign -- arrivals`: bundles that arrive object by object while they are read, and
 * folders that the AWS CLI sends.
 */
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { startLocalServices } from '#support/local-services.ts';
import { Player, type Tally } from './schedule.ts';
import { syncOver } from './sync.ts';

/** Schedules that are played at the same time: most of one is waiting for answers. */
const AT_ONCE = 8;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly syncs: number;
}

async function playAll({ runs, seed }: Options): Promise<number> {
  const services = await startLocalServices();
  const sum: Tally = { older: 0, newer: 0, waited: 0, refused: 0 };
  const seeds = Array.from({ length: runs }, (_, at) => seed + at).values();
  let failures = 0;
  const playSome = async () => {
    const player = new Player(services);
    for (const each of seeds) {
      try {
        const tally = await player.play(each);
        for (const end of Object.keys(sum) as (keyof Tally)[]) sum[end] += tally[end];
      } catch (error) {
        failures += 1;
        console.log(
          `FAILED --runs 1 --seed ${each}: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, playSome));
  } finally {
    await services.close();
  }
  const { older, newer, waited, refused } = sum;
  console.log(
    `${runs} schedules: rows of the older ${older} times, of the newer ${newer}, waited for ${waited}, refused ${refused}; ${failures} failed`,
  );
  return failures;
}

const options = new Command('npm run campaign -- arrivals')
  .description('send bundles over older ones in any order while they are read')
  .option('--runs <n>', 'schedules', parseCount, 500)
  .option('--seed <n>', 'of the first schedule', parseCount, 1)
  .option(
    '--syncs <n>',
    'folders of 100 MB that the AWS CLI sends, from a package index',
    parseCount,
    0,
  )
  .parse()
  .opts<Options>();
const failures = await playAll(options);
const isSynced = options.syncs === 0 || (await syncOver(options.syncs));
process.exitCode = failures === 0 && isSynced ? 0 : 1;
