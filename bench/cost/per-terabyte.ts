import { ONE_VCPU_MIB, WRITER_MIB } from '#core/contract.ts';
import {
  type Cost,
  costOf,
  gbSecondsOf,
  NETWORK_BYTES_PER_SECOND,
  storageCost,
  type Usage,
} from '#core/cost/cost.ts';
import type { CountedRun } from './counted-run.ts';

/** Bytes of text whose cost is given. */
const TERABYTE = 1e12;

/** Billed transitions of a child, and of what is around the children. */
const CHILD_TRANSITIONS = 2;
const RUN_TRANSITIONS = 5;

/** START, END and REPORT of an invocation, which Lambda itself writes to the log. */
const LAMBDA_LOG_BYTES = 400;

/** What 10^12 bytes of text take at default settings. */
export interface PerTerabyte {
  readonly cost: Cost;
  readonly chunks: number;
  readonly puts: number;
  readonly writerCpuSeconds: number;
  readonly storedBytes: number;
  /** Dollars a month. */
  readonly storage: number;
}

type Figures = { readonly [Name in keyof CountedRun]: number };

/** The figures of a run of a terabyte: those of a chunk so many times, and the rest once. */
function scaled(few: CountedRun, many: CountedRun): Figures {
  const names = Object.keys(few) as (keyof CountedRun)[];
  const more = many.chunks - few.chunks;
  const chunks = (TERABYTE * more) / (many.textBytes - few.textBytes);
  const figures = names.map((name) => {
    const perChunk = (many[name] - few[name]) / more;
    const once = Math.max(few[name] - perChunk * few.chunks, 0);
    return [name, once + perChunk * chunks];
  });
  return { ...Object.fromEntries(figures), chunks };
}

/**
 * Scales two runs of full chunks to a terabyte of text.
 *
 * @param passes how often a writer reads its rows.
 * @param rate bytes per second between a function and S3.
 */
export function perTerabyte(
  few: CountedRun,
  many: CountedRun,
  { passes, rate = NETWORK_BYTES_PER_SECOND }: { readonly passes: number; readonly rate?: number },
): PerTerabyte {
  const run = scaled(few, many);
  const writers = gbSecondsOf({
    memoryMiB: WRITER_MIB.least,
    bytes: run.storedBytes + passes * run.sourceBytes,
    cpuSeconds: run.writerCpuSeconds,
    bytesPerSecond: rate,
  });
  const others = gbSecondsOf({
    memoryMiB: ONE_VCPU_MIB,
    bytes: 0,
    cpuSeconds: run.otherCpuSeconds,
  });
  const usage: Usage = {
    ...run,
    transitions: run.chunks * CHILD_TRANSITIONS + RUN_TRANSITIONS,
    lambdaGbSeconds: writers + others,
    logBytes: run.logBytes + run.invocations * LAMBDA_LOG_BYTES,
  };
  return {
    cost: costOf(usage),
    ...{ chunks: run.chunks, puts: run.puts, writerCpuSeconds: run.writerCpuSeconds },
    ...{ storedBytes: run.storedBytes, storage: storageCost(run.storedBytes) },
  };
}
