import { ONE_VCPU_MIB } from '#core/contract.ts';
import { NETWORK_BYTES_PER_SECOND } from './cost.ts';
import { type Estimate, type ExpectedRun, estimateRun } from './estimate-run.ts';

/** A table before it is written. */
export interface ExpectedTable {
  /** Bytes of all objects as they are stored. */
  readonly sourceBytes: number;
  /** Bytes of all files. */
  readonly outputBytes: number;
  readonly files: number;
  /** Of a table whose rows are shuffled. */
  readonly shuffle?: { readonly mappers: number; readonly reads: number };
}

/** What a table takes, about. */
export interface TableEstimate extends Estimate {
  /** From the start of the execution to its end. */
  readonly seconds: number;
}

/**
 * CPU seconds of a whole vCPU for a byte of output, which has the values of several bytes of text.
 */
const CPU_SECONDS_PER_BYTE = 6e-8;

/** CPU of a shuffle, as shares of a plain conversion: sorting adds little, gathering most of it. */
const SHUFFLED_CPU = { scatter: 1.1, gather: 0.7 };

/** Seconds that a cold start, the plan and the manifest take, whatever the size. */
export const FIXED_SECONDS = 10;

/** All functions of one Map of a table. */
export interface TableRound {
  readonly functions: number;
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** The Maps of a table: its writers, and mappers before them where it is shuffled. */
export function roundsOf({
  sourceBytes,
  outputBytes,
  files,
  shuffle,
}: ExpectedTable): readonly TableRound[] {
  const cpuSeconds = outputBytes * CPU_SECONDS_PER_BYTE;
  if (shuffle === undefined) {
    return [{ functions: files, bytes: sourceBytes + outputBytes, cpuSeconds }];
  }
  const { scatter, gather } = SHUFFLED_CPU;
  return [
    {
      ...{ functions: shuffle.mappers, bytes: sourceBytes + outputBytes },
      cpuSeconds: scatter * cpuSeconds,
    },
    { functions: files, bytes: 2 * outputBytes, cpuSeconds: gather * cpuSeconds },
  ];
}

/** The time of one function, as often as they take turns. */
function secondsOf({ functions, bytes, cpuSeconds }: TableRound, concurrency: number): number {
  const all = Math.max(1, functions);
  const turns = Math.ceil(all / concurrency);
  return (turns * (cpuSeconds + bytes / NETWORK_BYTES_PER_SECOND)) / all;
}

/**
 * A table as a run. What is scattered is as large as the output: it is Parquet of the same values.
 */
export function expectedRunOf(table: ExpectedTable): ExpectedRun {
  const rounds = roundsOf(table);
  const { files: chunks, outputBytes, shuffle } = table;
  return {
    ...{ chunks, outputBytes },
    work: {
      memoryMiB: ONE_VCPU_MIB,
      bytes: rounds.reduce((sum, { bytes }) => sum + bytes, 0),
      cpuSeconds: rounds.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    },
    ...(shuffle && { shuffle: { ...shuffle, bytes: outputBytes } }),
  };
}

/**
 * Estimates what a table takes.
 *
 * @param concurrency functions that work at once.
 */
export function estimateTable(table: ExpectedTable, concurrency: number): TableEstimate {
  const rounds = roundsOf(table).map((round) => secondsOf(round, concurrency));
  const seconds = rounds.reduce((sum, round) => sum + round, FIXED_SECONDS);
  return { ...estimateRun(expectedRunOf(table)), seconds: Math.round(seconds) };
}
