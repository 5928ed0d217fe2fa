import { WRITER_MIB } from '#core/contract.ts';
import { type Cost, costOf, gbSecondsOf, storageCost, type Usage, type Work } from './cost.ts';

/**
 * What one chunk takes beside its bytes, counted in local runs: its states, its writes to the
 * ledger, its PUT, the layout and the slices of the source, its lines of log.
 * @see bench/cost/run.ts
 */
const PER_CHUNK = {
  transitions: 2,
  ledgerWrites: 4,
  puts: 1,
  gets: 8,
  logBytes: 2_000,
} as const;

/** CPU seconds of a whole vCPU for a byte that is encoded twice, checked and encrypted. */
const CPU_SECONDS_PER_BYTE = 1.5e-9;

/** A run before it has written anything. */
export interface ExpectedRun {
  readonly chunks: number;
  /** Bytes of all chunks as they are stored. */
  readonly outputBytes: number;
  /** Of all writers together. @default that of text, with the default memory */
  readonly work?: Work;
}

/** What a run will cost, about. */
export interface Estimate {
  /** Dollars, once. */
  readonly write: Cost;
  /** Dollars a month. */
  readonly keep: number;
}

function textWork(bytes: number): Work {
  return { memoryMiB: WRITER_MIB.least, bytes, cpuSeconds: bytes * CPU_SECONDS_PER_BYTE };
}

function usageOf({ chunks, outputBytes, work }: ExpectedRun): Usage {
  return {
    puts: chunks * PER_CHUNK.puts,
    gets: chunks * PER_CHUNK.gets,
    lists: Math.ceil(chunks / 1_000),
    ledgerWrites: chunks * PER_CHUNK.ledgerWrites,
    ledgerReads: chunks,
    transitions: chunks * PER_CHUNK.transitions,
    invocations: chunks,
    lambdaGbSeconds: gbSecondsOf(work ?? textWork(outputBytes)),
    logBytes: chunks * PER_CHUNK.logBytes,
  };
}

/** Estimates what a run costs at list prices. */
export function estimateRun(run: ExpectedRun): Estimate {
  return { write: costOf(usageOf(run)), keep: storageCost(run.outputBytes) };
}
