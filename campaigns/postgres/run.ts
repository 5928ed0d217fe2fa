/** `npm run campaign -- postgres`: loads of a real PostgreSQL while everything about it breaks. */
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { postgresStack } from '#support/postgres/postgres-stack.ts';
import { copyTable } from './copy-table.ts';
import { type LoadJob, runJob } from './load-job.ts';

const PARTS = ['loads', 'copy'] as const;
type Part = (typeof PARTS)[number];

const command = new Command('npm run campaign -- postgres')
  .description('load and copy tables of a real PostgreSQL, with everything about it breaking')
  .option('--rows <n>', 'of the first load', parseCount, 1_000_000)
  .option('--chunks <n>', 'of the first load', parseCount, 50)
  .option('--seed <n>', 'of what breaks', parseCount, 1)
  .option('--copied <n>', 'rows of the table that is copied', parseCount, 3_000_000)
  .option('--keys <n>', 'of that table', parseCount, 40_000)
  .option('--server <folder>', 'with postgres and initdb of another PostgreSQL')
  .option('--only <part>', `one of ${PARTS.join(', ')}`)
  .parse();
const {
  rows,
  chunks,
  seed,
  copied,
  keys,
  server: binaries,
  only,
} = command.opts<{
  readonly rows: number;
  readonly chunks: number;
  readonly seed: number;
  readonly copied: number;
  readonly keys: number;
  readonly server?: string;
  readonly only?: Part;
}>();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A table that is made, one that gets rows at once, and one that is replaced. */
function jobs(): readonly LoadJob[] {
  const more = Math.ceil(rows / 5);
  const few = Math.ceil(chunks / 5);
  const whole = rows + more;
  return [
    {
      ...{ name: 'create', mode: 'create', hidden: false, from: 0, until: rows, chunks, seed },
      ...{ before: [0, 0], after: [0, rows] },
    },
    {
      ...{ name: 'append', mode: 'append', hidden: true, from: rows, until: whole, chunks: few },
      ...{ seed: seed + 1, before: [0, rows], after: [0, whole] },
    },
    {
      ...{ name: 'overwrite', mode: 'overwrite', hidden: true, from: 7, until: 7 + more },
      ...{ chunks: few, seed: seed + 2, before: [0, whole], after: [7, 7 + more] },
    },
  ];
}

async function runLoads(): Promise<void> {
  let broken = 0;
  const faults = new FaultInjector(() => {
    broken += 1;
  });
  await using server = await PostgresServer.start({ ...(binaries && { binaries }) });
  const stack = await postgresStack({ main: { server } }, faults);
  try {
    for (const job of jobs()) {
      broken = 0;
      const { cut, restarted, redrives, seconds, looks } = await runJob(
        { server, stack, faults },
        job,
      );
      say(
        `${job.name}: ${job.until - job.from} rows in ${job.chunks} chunks, each once, ${seconds.toFixed(0)} s; ${broken} calls of functions killed, doubled or late, ${cut} connections cut within a COPY, ${restarted} restarts of the server, ${redrives} redrives, ${looks} looks of a reader`,
      );
    }
  } finally {
    await stack.close();
  }
}

if (only !== 'copy') await runLoads();
if (only !== 'loads')
  await copyTable({ rows: copied, keys, seed, ...(binaries && { binaries }) }, say);
