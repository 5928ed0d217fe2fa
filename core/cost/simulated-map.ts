import { type DurationSpread, TRACED_SPREAD } from './duration-spread.ts';
import { LAMBDA_SCALING, type LambdaScaling } from './lambda-environments.ts';

/** The children of one Distributed Map, each of which invokes one function. */
export interface SimulatedMap {
  /** Children, at least one. */
  readonly chunks: number;
  /** Seconds of work of each function, where it takes as long as most do. */
  readonly workSeconds: number;
  /** Children at once. */
  readonly concurrency: number;
  /** Seconds of each function whatever it works on. */
  readonly overheadSeconds: number;
  /** Seconds more where its environment is new. */
  readonly coldSeconds: number;
  /** Children that Step Functions starts per second. */
  readonly dispatchPerSecond: number;
  readonly scaling: LambdaScaling;
  readonly spread: DurationSpread;
}

/**
 * Children per second: of Standard workflows, as the children of this project are. Seen, not
 * documented: Express ones start ten times as fast.
 */
export const DISPATCH_PER_SECOND = 100;

/** What is the same in every estimate. Overhead and cold start were measured on stand-ins. */
export const USUAL_MAP = {
  overheadSeconds: 0.3,
  coldSeconds: 0.5,
  dispatchPerSecond: DISPATCH_PER_SECOND,
  scaling: LAMBDA_SCALING,
  spread: TRACED_SPREAD,
} as const;

/** Children that can be at work at the same time. */
export function mostAtOnce({ chunks, concurrency, scaling }: SimulatedMap): number {
  return Math.min(chunks, concurrency, scaling.accountConcurrency);
}

/** Mean seconds of a function that is warm. */
export function meanSeconds({ workSeconds, overheadSeconds, spread }: SimulatedMap): number {
  return overheadSeconds + workSeconds * spread.mean;
}
