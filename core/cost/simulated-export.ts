import { WRITER_MIB } from '#core/contract.ts';
import { type BindingLimit, bindingLimit } from './binding-limit.ts';
import { closedForm } from './closed-form.ts';
import type { Cost } from './cost.ts';
import { estimateRun } from './estimate-run.ts';
import { forecastSeconds, type SecondsBand } from './forecast-seconds.ts';
import { type SimulatedRun, simulateMap } from './simulate-map.ts';
import { type SimulatedMap, USUAL_MAP } from './simulated-map.ts';
import { typicalMatrix } from './typical-matrix.ts';
import { functionSeconds, writerWork } from './writer-work.ts';

/** An export of which only the size is known. */
export interface SketchedExport {
  readonly textBytes: number;
  readonly compression: 'none' | 'gzip';
  /** Text of a chunk, bytes. */
  readonly chunkBytes: number;
  readonly concurrency: number;
  /** Functions of the account at once. */
  readonly accountConcurrency: number;
  readonly dispatchPerSecond: number;
  /** Memory of a writer, MiB. @default the least */
  readonly memoryMiB?: number;
  readonly seed: number;
}

/** What it would take. */
export interface SketchedRun {
  readonly chunks: number;
  readonly storedBytes: number;
  /** From the start of the execution to its end. */
  readonly seconds: SecondsBand;
  /** The same by the closed form, which is for Maps without throttles. */
  readonly closedFormSeconds: number;
  /** One simulation, from the start of its Map. */
  readonly simulated: SimulatedRun;
  readonly binds: BindingLimit;
  /** Dollars, once. */
  readonly usd: Cost;
  readonly storageUsdPerMonth: number;
}

/** Plan and Finalize: cold starts, and what they do whatever the size … */
const FIXED_SECONDS = 10;

/** … and for each chunk: a line of the plan, a page of the listing, an entry of the manifest. */
const SECONDS_PER_CHUNK = 100e-6;

/** Seconds of a run around its Maps. */
export function secondsAround(chunks: number): number {
  return FIXED_SECONDS + chunks * SECONDS_PER_CHUNK;
}

/** A Map of writers that have some work together. */
export function mapOfWork(
  { chunks, seconds }: { readonly chunks: number; readonly seconds: number },
  concurrency: number,
): SimulatedMap {
  return { ...USUAL_MAP, chunks, workSeconds: seconds / chunks, concurrency };
}

/** Simulates and prices an export by the size of its text alone. */
export function simulateExport(sketched: SketchedExport): SketchedRun {
  const { textBytes, compression, chunkBytes, concurrency, memoryMiB, seed } = sketched;
  const matrix = typicalMatrix(textBytes, compression);
  const chunks = Math.max(1, Math.ceil(textBytes / chunkBytes));
  const work = writerWork(matrix, memoryMiB ?? WRITER_MIB.least);
  const { accountConcurrency, dispatchPerSecond } = sketched;
  const map = {
    ...mapOfWork({ chunks, seconds: functionSeconds(work) }, concurrency),
    ...{ dispatchPerSecond, scaling: { ...USUAL_MAP.scaling, accountConcurrency } },
  };
  const simulated = simulateMap(map, seed);
  const { storedBytes } = matrix;
  const { write, keep } = estimateRun({ chunks, outputBytes: storedBytes, work });
  return {
    ...{ chunks, storedBytes, seconds: forecastSeconds([map], secondsAround(chunks)) },
    closedFormSeconds: secondsAround(chunks) + closedForm(map),
    ...{ simulated, binds: bindingLimit(map), usd: write, storageUsdPerMonth: keep },
  };
}
