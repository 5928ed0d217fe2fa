import trace from './write-durations.json' with { type: 'json' };

/**
 * How much longer or shorter functions take than their median, all of them for the same work. Each
 * multiple is as likely as any other.
 */
export interface DurationSpread {
  /** Ascending. */
  readonly multiples: Float64Array;
  readonly mean: number;
  /** Standard deviation, divided by the mean. */
  readonly variation: number;
}

/** @param multiples of the median, in any order, at least one. */
export function spreadOf(multiples: Iterable<number>): DurationSpread {
  const sorted = Float64Array.from(multiples).sort();
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  const square = sorted.reduce((sum, each) => sum + (each - mean) ** 2, 0) / sorted.length;
  return { multiples: sorted, mean, variation: Math.sqrt(square) / mean };
}

/** Writes of 1,000 functions on AWS, as `write-durations.json` has them. */
export const TRACE = trace;

/** That of 1,000 functions on AWS, which all wrote 512 MiB to S3. */
export const TRACED_SPREAD = spreadOf(trace.multiples);

/** A value that a share of the others do not pass; of sorted ones, by the nearest rank. */
export function quantile(sorted: Float64Array, share: number): number {
  const rank = Math.ceil(share * sorted.length) - 1;
  return sorted[Math.min(Math.max(rank, 0), sorted.length - 1)]!;
}
