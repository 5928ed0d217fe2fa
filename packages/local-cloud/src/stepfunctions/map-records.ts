import type { HistoryEvent } from './history.ts';
import type { StartingPoint } from './run.ts';

/** One child of a map run, before it has ended. Dates are milliseconds since 1970. */
export interface Child {
  /** Which child of the map run, from 0 in the items' order. */
  readonly index: number;
  readonly name: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly itemCount: number;
  /** JSON text. */
  readonly input: string;
  /** Undefined for a child that never started. */
  readonly startDate?: number;
  readonly redriveCount: number;
  /** Where a redrive goes on. */
  readonly resume?: StartingPoint;
}

/** One child of a map run, as it is kept once it has ended. */
export interface ChildRecord extends Child {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING';
  /** JSON text; of a child that succeeded. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly stopDate?: number;
}

/** A child under way. */
export interface RunningChild extends Child {
  readonly startDate: number;
  /** Its history so far. */
  readonly events: readonly HistoryEvent[];
}

/** A child that ended, as it starts to run again: without its output and error. */
export function redrivenChild(ended: ChildRecord): Child {
  const { index, name, executionArn, stateMachineArn, itemCount, input } = ended;
  return {
    ...{ index, name, executionArn, stateMachineArn, itemCount, input },
    startDate: ended.startDate,
    redriveCount: ended.redriveCount + 1,
    resume: ended.resume,
  };
}

/** Items or children, by what became of them, as DescribeMapRun counts them. */
export interface MapRunCounts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
  total: number;
  resultsWritten: number;
  failuresNotRedrivable: number;
  pendingRedrive: number;
}

/** A map run, as it is kept. Times are milliseconds since 1970. */
export interface MapRunRecord {
  readonly mapRunArn: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startDate: number;
  readonly stopDate?: number;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  readonly redriveCount: number;
  readonly redriveDate?: number;
  readonly itemCounts: MapRunCounts;
  readonly executionCounts: MapRunCounts;
}

/** Counts of nothing. */
export function noCounts(): MapRunCounts {
  return {
    ...{ pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0, total: 0 },
    ...{ resultsWritten: 0, failuresNotRedrivable: 0, pendingRedrive: 0 },
  };
}
