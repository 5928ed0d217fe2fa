/**
 * Times of one way of doing something, in milliseconds of CPU time, in the order they were taken.
 * Each way runs on one thread, so on a quiet machine CPU time is wall-clock time. On a busy machine
 * wall-clock time would also count how long the way had to wait.
 */
export type Times = readonly number[];

/** A run that takes less time is repeated, because shorter times are measured too coarsely. */
const TURN_MILLISECONDS = 20;

/** CPU time of this process, all its threads together. */
function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU time of a run, on average over one turn. */
function timed(run: () => void): number {
  const started = cpuMilliseconds();
  for (let runs = 1; ; runs += 1) {
    run();
    const used = cpuMilliseconds() - started;
    if (used >= TURN_MILLISECONDS) return used / runs;
  }
}

/** The middle value; of an even number of them the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/**
 * Times all ways in turn, many times, so that other work of the machine affects all of them
 * equally.
 */
export function timeInTurn<Name extends string>(
  ways: Readonly<Record<Name, () => void>>,
  repetitions: number,
): Record<Name, Times> {
  const names = Object.keys(ways) as Name[];
  const times = {} as Record<Name, number[]>;
  for (const name of names) {
    ways[name]();
    times[name] = [];
  }
  for (let i = 0; i < repetitions; i += 1) {
    for (const name of names) times[name].push(timed(ways[name]));
  }
  return times;
}

/** A ratio of times taken one after the other: the median of the ratios, and their quartiles. */
export interface Ratio {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/** How many times as fast `fast` is as `slow`. */
export function speedRatio(slow: Times, fast: Times): Ratio {
  const ratios = slow.map((time, i) => time / fast[i]!).sort((a, b) => a - b);
  return {
    median: median(ratios),
    lowerQuartile: ratios[ratios.length >> 2]!,
    upperQuartile: ratios[(3 * ratios.length) >> 2]!,
  };
}
