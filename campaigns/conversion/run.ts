/** `npm run campaign -- conversion`: a shuffled COO becomes CSR, each job in its own process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveSource, type UnitJob } from '#core/sources/resolve-source.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { findDifference } from './check-parts.ts';
import { inFolder, stageContext } from './stage-context.ts';
import { writeCoo } from './write-coo.ts';

/** 50 million entries in no order at all: 800 MB, of which one job may hold 64 MiB. */
const MATRIX = { rows: 5_000_000, columns: 2000, entries: 50_000_000, seed: 1 };

/** Memory that one worker may take, bytes. */
const MAX_RSS_BYTES = 512e6;

const JOB = fileURLToPath(new URL('do-job.ts', import.meta.url));

/** What the jobs of one round took. */
interface RoundFigures {
  readonly round: string;
  readonly jobs: number;
  readonly seconds: number;
  /** Highest resident memory of any of its processes. */
  readonly peakRssBytes: number;
}

/** Does a job in a process of its own. Returns its peak memory in bytes. */
async function doJob(folder: string, job: UnitJob): Promise<number> {
  const child = fork(JOB, [folder, JSON.stringify(job)]);
  let peakRssBytes = 0;
  child.on('message', (bytes) => {
    peakRssBytes = Number(bytes);
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${JSON.stringify(job.job)} ended with ${code}`);
  return peakRssBytes;
}

/** Does the jobs of a round, as many at once as there are processors. */
async function doRound(folder: string, jobs: readonly UnitJob[]): Promise<RoundFigures> {
  const startedAt = performance.now();
  const left = [...jobs];
  let peakRssBytes = 0;
  const work = async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      peakRssBytes = Math.max(peakRssBytes, await doJob(folder, job));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  return { round: jobs[0]!.job.round, jobs: jobs.length, seconds, peakRssBytes };
}

/** Plays the workflow: Plan, a round of jobs, Plan again, until the matrix is there. */
async function convert(
  folder: string,
): Promise<{ readonly matrix: MatrixLayout; readonly rounds: readonly RoundFigures[] }> {
  const { context, files } = stageContext(inFolder(folder));
  try {
    const { source } = inFolder(folder);
    const units = [{ uri: source, objects: [await files.pin(source)] }];
    const rounds: RoundFigures[] = [];
    for (;;) {
      const resolution = await resolveSource(units, context);
      if ('layout' in resolution) return { matrix: resolution.layout, rounds };
      rounds.push(await doRound(folder, resolution.jobs));
    }
  } finally {
    await files.close();
  }
}

function printRound({ round, jobs, seconds, peakRssBytes }: RoundFigures): void {
  const memory = `${(peakRssBytes / 1e6).toFixed(0)} MB of ${MAX_RSS_BYTES / 1e6} allowed`;
  const verdict = peakRssBytes > 0 && peakRssBytes <= MAX_RSS_BYTES ? 'ok' : 'TOO MUCH';
  console.log(`${round}: ${jobs} jobs, ${seconds.toFixed(1)} s; peak memory ${memory} ${verdict}`);
  if (verdict !== 'ok') process.exitCode = 1;
}

const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-convert-'));
try {
  const bytes = await writeCoo(inFolder(folder).source, MATRIX);
  console.log(
    `COO of ${MATRIX.rows} x ${MATRIX.columns}, ${MATRIX.entries} shuffled entries, ${(bytes / 1e6).toFixed(0)} MB`,
  );
  const { matrix, rounds } = await convert(folder);
  for (const round of rounds) printRound(round);
  const difference = await findDifference(matrix, MATRIX);
  console.log(`${matrix.parts.length} CSR parts: ${difference ?? 'every row is right'}`);
  if (difference !== undefined) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
