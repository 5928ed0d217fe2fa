import { WRITER_MIB } from '#core/contract.ts';
import type { Usage } from '#core/cost/cost.ts';
import { limitsRefusal, type RunLimits } from '#core/cost/limits-refusal.ts';
import type { PlanPrices } from '#core/cost/prices.ts';
import { promiseRun } from '#core/cost/promise-run.ts';
import { mapOfWork, secondsAround } from '#core/cost/simulated-export.ts';
import { functionSeconds, type WrittenMatrix, writerWork } from '#core/cost/writer-work.ts';
import { isFloat } from '#core/elements/dtype.ts';
import type { RequestCount } from '#core/objects/counting-store.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { MatrixPlanSummary } from '#core/run/plan-summary.ts';
import { shownEnds } from '#core/sources/shown-ends.ts';
import { type MatrixFacts, storedEntries } from '#core/sparse/matrix-facts.ts';
import type { TalliedChunks } from './chunk-tally.ts';
import { planWarnings } from './plan-warnings.ts';
import { encodingOf } from './predict-output.ts';

/** A run whose chunks were counted, and what its bytes are expected to be. */
export interface CountedPlan {
  readonly facts: MatrixFacts;
  readonly output: MatrixOutputSpec;
  readonly tallied: TalliedChunks;
  /** Bytes of the arrays that are read at one pass over all rows. */
  readonly sourceBytes: number;
  /** Requests of Plan for the source. */
  readonly asked: Pick<RequestCount, 'gets' | 'lists'>;
  /** URIs of all parts of the source, in row order. */
  readonly parts: readonly string[];
  /** Writers at once. */
  readonly concurrency: number;
  readonly prices: PlanPrices;
  readonly limits: RunLimits;
  /** What is known less well than usual, a sentence each. @default nothing */
  readonly doubts?: readonly string[];
  /** Of a source that must be staged first. */
  readonly staging?: MatrixPlanSummary['staging'];
}

/**
 * What the workflow takes beside source and chunks, counted in local runs.
 * @see campaigns/plan/run.ts
 */
const PER_RUN = { puts: 7, gets: 8, ledgerWrites: 2, ledgerReads: 16, transitions: 5 } as const;
const PER_CHUNK = { ledgerWrites: 4, transitions: 2, logBytes: 2_000 } as const;

/** Plan and Finalize. */
const STEPS = 2;

/** Keys of a page of a listing. */
const PAGE = 1_000;

const MEMORY_MIB = WRITER_MIB.least;

/** Most bytes of a writer's process without what is larger than usual. */
const WRITER_BYTES = 160e6;

/** Slices are decoded in memory of their own. */
const ROW_SHARE = 1.2;

function usageOf({ tallied, asked }: CountedPlan): Omit<Usage, 'lambdaGbSeconds'> {
  const { chunks, puts, gets } = tallied;
  const pages = Math.ceil(chunks / PAGE);
  return {
    puts: PER_RUN.puts + puts,
    gets: PER_RUN.gets + asked.gets + gets,
    lists: asked.lists + pages,
    ledgerWrites: PER_RUN.ledgerWrites + PER_CHUNK.ledgerWrites * chunks,
    ledgerReads: PER_RUN.ledgerReads * Math.max(1, Math.ceil(chunks / (16 * PAGE))),
    transitions: PER_RUN.transitions + PER_CHUNK.transitions * chunks,
    invocations: STEPS + chunks,
    logBytes: PER_CHUNK.logBytes * (STEPS + chunks),
  };
}

function writtenOf({ sourceBytes, facts, output, tallied }: CountedPlan): WrittenMatrix {
  return {
    encoding: encodingOf(facts, output),
    ...{ textBytes: tallied.text.all, storedBytes: tallied.stored.all },
    ...{ sourceBytes, entries: storedEntries(facts) },
    isFloat: facts.columnTypes !== undefined || isFloat(facts.dtype),
  };
}

/** A writer holds two slices, its buffers, and a whole chunk of some outputs. */
function peakBytesOf({ output, tallied }: CountedPlan): number {
  const held = matrixOutputOf(output).mostBytes === undefined ? 0 : 2 * tallied.text.max;
  return Math.round(WRITER_BYTES + ROW_SHARE * tallied.longestRowBytes + held);
}

/** What writers take, in seconds and dollars. */
function promiseOf(plan: CountedPlan, usage: Omit<Usage, 'lambdaGbSeconds'>) {
  const { tallied, concurrency, prices } = plan;
  const { chunks, stored } = tallied;
  const seconds = functionSeconds(writerWork(writtenOf(plan), MEMORY_MIB));
  const map = mapOfWork({ chunks, seconds }, concurrency);
  const promised = promiseRun({
    ...{ usage, maps: [{ map, memoryMiB: MEMORY_MIB }], secondsAround: secondsAround(chunks) },
    ...{ storedBytes: stored.all, prices: prices.prices },
  });
  return { promised, chunkSeconds: seconds / chunks };
}

/** What the plan of a matrix promises. */
export function summarizePlan(plan: CountedPlan): MatrixPlanSummary {
  const { facts, output, tallied, parts, prices, doubts = [], staging } = plan;
  const { chunks, text, stored } = tallied;
  const { min: minTextBytes, max: maxTextBytes } = matrixOutputOf(output).bounds(facts);
  const { logBytes: _, transitions: stateTransitions, ...requests } = usageOf(plan);
  const { promised, chunkSeconds } = promiseOf(plan, usageOf(plan));
  const { gbSeconds, ...money } = promised;
  const expected = { storedBytes: stored.all, prices: prices.prices, ...money };
  const refusal = limitsRefusal(expected, plan.limits);
  return {
    ...{ rows: facts.shape[0], chunks, text: { bytes: text.all }, stored: { bytes: stored.all } },
    chunkBytes: { min: stored.min, max: stored.max },
    ...money,
    requests: { ...requests, stateTransitions },
    lambda: { gbSeconds, memoryMiB: MEMORY_MIB, peakBytes: peakBytesOf(plan) },
    prices: { region: prices.prices.region, date: prices.prices.date },
    ...{ minTextBytes, maxTextBytes, facts, parts: shownEnds(parts) },
    ...(staging && { staging }),
    ...(refusal !== undefined && { refusal }),
    warnings: [...doubts, ...planWarnings({ ...plan, chunkSeconds }), ...prices.warnings],
  };
}
