/** Times of one way of doing something, in milliseconds, in the order they were taken. */
export type Times = readonly number[];

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** The middle value; of an even number of them the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Times all ways in turn, again and again, so that whatever else the machine does falls on all alike. */
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
