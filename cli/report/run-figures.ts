import { CHUNK_STATUS, type RunAudit, TRY_OUTCOME } from './run-audit.ts';
import { quantile } from './series.ts';

/** Chunks by how they stand, and what they hold. */
export interface ChunkFigures {
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  /** Of chunks that are done. */
  readonly bytes: number;
  readonly contentBytes: number;
}

/** Tries by how they ended, and what was measured of them. */
export interface TryFigures {
  readonly all: number;
  readonly failed: number;
  readonly unfinished: number;
  /** Beyond the first one of each chunk. */
  readonly again: number;
  readonly coldStarts: number;
  /** Of which it is known whether they started cold. */
  readonly measured: number;
  /** Highest of all, MiB; NaN where nothing was measured. */
  readonly peakMiB: number;
  /** Middle of the tries, milliseconds; NaN where nothing was measured. */
  readonly readMs: number;
  readonly encodeMs: number;
  readonly sendMs: number;
}

/** A chunk whose last try took long. */
export interface SlowChunk {
  readonly index: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly tries: number;
}

/** Chunks that are listed as the slowest. */
const SLOWEST = 10;

const HALF = 0.5;

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) if (!Number.isNaN(value)) sum += value;
  return sum;
}

function countOf(values: Float64Array, wanted: number): number {
  let count = 0;
  for (const value of values) if (value === wanted) count += 1;
  return count;
}

/** Counts the chunks that were started. */
export function chunkFigures({ chunks }: RunAudit): ChunkFigures {
  const status = chunks.column('status');
  return {
    done: countOf(status, CHUNK_STATUS.done),
    failed: countOf(status, CHUNK_STATUS.failed),
    running: countOf(status, CHUNK_STATUS.running),
    bytes: sumOf(chunks.column('bytes')),
    contentBytes: sumOf(chunks.column('contentBytes')),
  };
}

/** Counts the tries. A try that is counted but not recorded is among those made again. */
export function tryFigures({ chunks, tries }: RunAudit): TryFigures {
  const outcomes = tries.column('outcome');
  const cold = tries.column('cold');
  const coldStarts = countOf(cold, 1);
  const started = Math.max(sumOf(chunks.column('tries')), tries.length);
  return {
    all: started,
    failed: countOf(outcomes, TRY_OUTCOME.failed),
    unfinished: countOf(outcomes, TRY_OUTCOME.unfinished),
    again: Math.max(started - chunks.length, 0),
    coldStarts,
    measured: coldStarts + countOf(cold, 0),
    peakMiB: quantile(tries.column('rssMiB'), 1),
    readMs: quantile(tries.column('readMs'), HALF),
    encodeMs: quantile(tries.column('encodeMs'), HALF),
    sendMs: quantile(tries.column('sendMs'), HALF),
  };
}

/** Seconds that each try took; NaN where its end is not recorded. */
export function tryDurations({ tries }: RunAudit): Float64Array {
  const finishes = tries.column('finished');
  return tries.column('started').map((started, at) => Math.max(finishes[at]! - started, 0) / 1000);
}

/** The chunks whose last try took longest. */
export function slowestChunks({ chunks }: RunAudit): readonly SlowChunk[] {
  const indices = chunks.column('index');
  const starts = chunks.column('started');
  const finishes = chunks.column('finished');
  const bytes = chunks.column('bytes');
  const tries = chunks.column('tries');
  const slow: SlowChunk[] = [];
  for (const [at, finished] of finishes.entries()) {
    const seconds = (finished - starts[at]!) / 1000;
    const least = slow.at(-1)?.seconds ?? 0;
    if (Number.isNaN(seconds) || (slow.length === SLOWEST && seconds <= least)) continue;
    slow.push({ index: indices[at]!, seconds, bytes: bytes[at]!, tries: tries[at]! });
    slow.sort((a, b) => b.seconds - a.seconds || a.index - b.index);
    slow.length = Math.min(slow.length, SLOWEST);
  }
  return slow;
}
