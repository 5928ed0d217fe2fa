import { costOf } from '#core/cost/cost.ts';

/** What Lambda says of one invocation at its end. */
export interface Report {
  readonly billedSeconds: number;
  /** MiB that the function has. */
  readonly memoryMiB: number;
  /** MiB that it used at most. */
  readonly usedMiB: number;
}

const REPORT =
  /^REPORT .*\bBilled Duration: (\d+) ms\s+Memory Size: (\d+) MB\s+Max Memory Used: (\d+) MB/;

/** Reads a line of a function's log; undefined for any that is no REPORT. */
export function parseReport(line: string): Report | undefined {
  const [, milliseconds, memory, used] = REPORT.exec(line) ?? [];
  if (milliseconds === undefined) return undefined;
  return {
    billedSeconds: Number(milliseconds) / 1000,
    memoryMiB: Number(memory),
    usedMiB: Number(used),
  };
}

/** What the same chunks took with writers of one size. */
export interface SizeFigures {
  readonly memoryMiB: number;
  readonly chunks: number;
  /** Of the slowest chunk, and the sum over all. */
  readonly slowestSeconds: number;
  readonly billedSeconds: number;
  readonly usedMiB: number;
  /** Dollars for the functions, with their invocations. */
  readonly usd: number;
}

const NOTHING_ELSE = {
  ...{ puts: 0, gets: 0, lists: 0, ledgerWrites: 0, ledgerReads: 0 },
  ...{ transitions: 0, logBytes: 0 },
};

/** Adds up the invocations of one size. */
export function figuresOf(memoryMiB: number, reports: readonly Report[]): SizeFigures {
  const seconds = reports.map(({ billedSeconds }) => billedSeconds);
  const billedSeconds = seconds.reduce((sum, one) => sum + one, 0);
  const lambdaGbSeconds = (memoryMiB / 1024) * billedSeconds;
  const usage = { ...NOTHING_ELSE, invocations: reports.length, lambdaGbSeconds };
  return {
    ...{ memoryMiB, chunks: reports.length, billedSeconds, usd: costOf(usage).lambda },
    slowestSeconds: Math.max(...seconds),
    usedMiB: Math.max(...reports.map(({ usedMiB }) => usedMiB)),
  };
}
