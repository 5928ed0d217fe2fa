/**
 * One process of the fuzzer: does the runs it is sent, one after the other. Started by
 * worker-process.ts.
 */
import { peakBytes } from '#support/peak-bytes.ts';
import { compareRun, isCompared, type RunResult, readRun } from './fuzz-run.ts';
import { Oracle } from './oracle.ts';
import { loadSeeds } from './seeds.ts';

/** What a worker is started with, as JSON in its first argument. */
export interface WorkerOptions {
  readonly seed: number;
  /** Of the files that Python wrote. */
  readonly seedFolder?: string | undefined;
  readonly python?: string | undefined;
  /** Of another campaign: its worker, and what it reads. */
  readonly script?: string;
  readonly format?: string;
}

/** Runs `[from, to)`. */
export interface Batch {
  readonly from: number;
  readonly to: number;
}

/** What a worker reports: that it is ready, that a source was read, and the result of the run. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly run: number }
  | { readonly kind: 'done'; readonly result: RunResult; readonly peakRssBytes: number };

function say(message: WorkerMessage): void {
  process.send?.(message);
}

const { seed, seedFolder, python }: WorkerOptions = JSON.parse(process.argv[2] ?? '{}');
const seeds = loadSeeds(seedFolder);
const oracle = python === undefined ? undefined : new Oracle(python);

async function doRun(run: number): Promise<void> {
  const read = await readRun(seeds, seed, run);
  const peakRssBytes = peakBytes();
  say({ kind: 'read', run });
  const isAsked = oracle !== undefined && isCompared(read);
  const result = isAsked ? await compareRun(read, oracle) : read.result;
  say({ kind: 'done', result, peakRssBytes });
}

process.on('message', async ({ from, to }: Batch) => {
  for (let run = from; run < to; run++) await doRun(run);
});
process.on('disconnect', () => {
  oracle?.close();
  process.exit();
});
say({ kind: 'ready' });
