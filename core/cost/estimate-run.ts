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

/** Rows that are written twice: sorted by mappers, and gathered by the writers. */
interface ExpectedShuffle {
  readonly mappers: number;
  /** Pieces of scattered objects that all writers read together. */
  readonly reads: number;
  /** Of all scattered objects. */
  readonly bytes: number;
}

/** A run before it has written anything. */
export interface ExpectedRun {
  readonly chunks: number;
  /** Bytes of all chunks as they are stored. */
  readonly outputBytes: number;
  /** Of all writers together. @default that of text, with the default memory */
  readonly work?: Work;
  /** Of a run that shuffles its rows; its work is that of mappers and writers. */
  readonly shuffle?: ExpectedShuffle;
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

/** A mapper writes its rows, their index and its result. */
const PUTS_OF_MAPPER = 3;

/** Scattered rows are row groups of an object, which has a footer, too. */
const GETS_OF_PIECE = 2;

const NO_SHUFFLE: ExpectedShuffle = { mappers: 0, reads: 0, bytes: 0 };

/** What a run asks of AWS, with what is counted for each chunk. */
export function usageOf({ chunks, outputBytes, work, shuffle = NO_SHUFFLE }: ExpectedRun): Usage {
  const { mappers, reads, bytes } = shuffle;
  const started = chunks + mappers;
  return {
    puts: chunks * PER_CHUNK.puts + mappers * PUTS_OF_MAPPER,
    gets: started * PER_CHUNK.gets + reads * GETS_OF_PIECE,
    lists: Math.ceil(started / 1_000),
    ledgerWrites: chunks * PER_CHUNK.ledgerWrites,
    ledgerReads: chunks,
    transitions: started * PER_CHUNK.transitions,
    invocations: started,
    lambdaGbSeconds: gbSecondsOf(work ?? textWork(outputBytes)),
    logBytes: started * PER_CHUNK.logBytes,
    stagedBytes: bytes,
  };
}

/** Estimates what a run costs at list prices. */
export function estimateRun(run: ExpectedRun): Estimate {
  return { write: costOf(usageOf(run)), keep: storageCost(run.outputBytes) };
}
