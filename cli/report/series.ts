import { TRY_OUTCOME } from './run-audit.ts';
import type { Timeline } from './timeline.ts';

/** A step of a series: what holds from one second on. */
export interface Step {
  readonly seconds: number;
  readonly value: number;
}

/** One bar of a histogram: `from <= value < to`. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Steps of a series; more are not seen in a drawing of this width. */
const STEPS = 180;

/** The most writers at once in each step of time. */
export function writersAtOnce({ tries, end }: Timeline): readonly Step[] {
  const starts = tries.column('start').toSorted();
  const ends = tries.column('end').toSorted();
  const steps: Step[] = [];
  let started = 0;
  let ended = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const until = ((step + 1) / STEPS) * end;
    let most = started - ended;
    while (started < starts.length && starts[started]! < until) {
      while (ends[ended]! <= starts[started]!) ended += 1;
      started += 1;
      most = Math.max(most, started - ended);
    }
    while (ends[ended]! <= until) ended += 1;
    steps.push({ seconds: (step / STEPS) * end, value: most });
  }
  return steps;
}

/**
 * Bytes of text per second in each step of time. What a try has written is spread evenly over its
 * duration.
 *
 * @param bytesOf text of a chunk, by its index; 0 where it is not known.
 */
export function textPerSecond(
  { tries, end }: Timeline,
  bytesOf: (index: number) => number,
): readonly Step[] {
  const width = end / STEPS;
  const bytes = new Float64Array(STEPS);
  const indices = tries.column('index');
  const starts = tries.column('start');
  const ends = tries.column('end');
  for (const [at, outcome] of tries.column('outcome').entries()) {
    if (outcome !== TRY_OUTCOME.done) continue;
    const seconds = Math.max(ends[at]! - starts[at]!, width / 1000);
    const rate = bytesOf(indices[at]!) / seconds;
    const from = Math.min(Math.floor(starts[at]! / width), STEPS - 1);
    const to = Math.min(Math.floor((starts[at]! + seconds) / width), STEPS - 1);
    for (let step = from; step <= to; step += 1) {
      const begin = Math.max(starts[at]!, step * width);
      const stop = step === to ? starts[at]! + seconds : (step + 1) * width;
      bytes[step]! += rate * Math.max(stop - begin, 0);
    }
  }
  return Array.from(bytes, (sum, step) => ({ seconds: step * width, value: sum / width }));
}

/** A round number at or above another: 1, 2 or 5 with zeros. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((times) => times * unit >= value * (1 - 1e-9)) ?? 10) * unit;
}

/** Bars of a histogram, at most. */
const BARS = 40;

/** How many values there are of each size, from 0 on. Values that are no numbers are left out. */
export function histogram(values: Float64Array): readonly Bar[] {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  if (most === 0) return [];
  const width = roundUp(most / BARS);
  const counts = new Float64Array(Math.floor(most / width) + 1);
  for (const value of values) if (value >= 0) counts[Math.floor(value / width)]! += 1;
  return Array.from(counts, (count, bar) => ({ from: bar * width, to: (bar + 1) * width, count }));
}

/** The value that a share of all values is below. NaN where there are none. */
export function quantile(values: Float64Array, share: number): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  return known[Math.min(Math.floor(known.length * share), known.length - 1)] ?? Number.NaN;
}
