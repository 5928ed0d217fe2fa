import { Duration } from 'aws-cdk-lib';
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  expression,
  lambdaMetrics,
  ownMetric,
  sum,
  throttledTransitions,
  type Watched,
  writersOf,
} from './watched.ts';

/** An alarm: it fires when a metric was above a threshold in some of its last periods. */
export interface AlarmRow {
  /** Id of the construct; its runbook has the same words, in small letters with hyphens. */
  readonly id: string;
  /** What happened, for whoever it wakes. */
  readonly says: string;
  readonly metric: IMetric;
  readonly above: number;
  /** Periods in which it was above, and the periods that are looked at. */
  readonly datapoints: readonly [above: number, of: number];
}

const FIVE_MINUTES = Duration.minutes(5);
const MINUTE = Duration.minutes(1);

/** Failed tries below this number are passing faults, whatever share of a small run they are. */
const FEW_TRIES = 5;

/** A writer ends after 15 minutes: in twice that time, one chunk at least ends or fails. */
const STALLED_PERIODS = 6;

const ONCE = [1, 1] as const;

/** Of executions and of what starts them. */
function ofExecutions(watched: Watched): readonly AlarmRow[] {
  const { stateMachine: machine, deadLetters, functions } = watched;
  const ended = sum('ended', [
    machine.metricFailed(),
    machine.metricTimedOut(),
    machine.metricAborted(),
  ]);
  const names = ['Errors', 'AsyncEventsDropped', 'DestinationDeliveryFailures'];
  const unreported = names.flatMap((name) => lambdaMetrics([functions.reportFailure], name));
  const lost = sum('lost', unreported);
  return [
    {
      id: 'ExecutionsFailed',
      says: 'An execution failed, timed out or was aborted',
      metric: expression(ended.text, [ended], FIVE_MINUTES),
      ...{ above: 0, datapoints: ONCE },
    },
    {
      id: 'DeadLetters',
      says: 'An event could not start a run, or a failure could not be reported',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      ...{ above: 0, datapoints: ONCE },
    },
    {
      id: 'FailureNotReported',
      says: 'ReportFailure failed, or its message was lost',
      metric: expression(lost.text, [lost], FIVE_MINUTES),
      ...{ above: 0, datapoints: ONCE },
    },
    {
      id: 'RunOverPrediction',
      says: 'A run took more than twice as long as its plan predicted',
      metric: ownMetric(watched, 'predictionPercent', Stats.MAXIMUM),
      ...{ above: 200, datapoints: ONCE },
    },
  ];
}

/** Of the functions that write chunks. */
function ofWriters(watched: Watched): readonly AlarmRow[] {
  const writers = writersOf(watched);
  const throttles = sum('throttles', lambdaMetrics(writers, 'Throttles'));
  const errors = sum('errors', lambdaMetrics(writers, 'Errors'));
  const tries = sum('tries', lambdaMetrics(writers, 'Invocations'));
  const busy = sum('busy', lambdaMetrics(writers, 'ConcurrentExecutions', Stats.MAXIMUM));
  const done = sum('done', [ownMetric(watched, 'written'), ownMetric(watched, 'skipped')]);
  const failing = `IF(${errors.text} >= ${FEW_TRIES} AND ${errors.text} > 0.05 * ${tries.text}, 1, 0)`;
  const stalled = `IF(${busy.text} > 0 AND ${done.text} == 0, 1, 0)`;
  return [
    {
      id: 'WritersThrottled',
      says: 'Lambda throttled writers for five minutes on end',
      metric: expression(throttles.text, [throttles], MINUTE),
      ...{ above: 0, datapoints: [5, 5] },
    },
    {
      id: 'MemoryHigh',
      says: 'A writer used more than 80 % of its memory',
      metric: ownMetric(watched, 'memoryPercent', Stats.MAXIMUM),
      ...{ above: 80, datapoints: ONCE },
    },
    {
      id: 'TriesFailed',
      says: 'More than 5 % of the tries to write a chunk failed',
      metric: expression(failing, [errors, tries], FIVE_MINUTES),
      ...{ above: 0, datapoints: ONCE },
    },
    {
      id: 'RunStalled',
      says: 'Writers ran for half an hour, and no chunk was done',
      metric: expression(stalled, [busy, done], FIVE_MINUTES),
      ...{ above: 0, datapoints: [STALLED_PERIODS, STALLED_PERIODS] },
    },
  ];
}

/** Of quotas. A burst of throttles is retried and harms nobody. */
function ofQuotas({ ledger }: Watched): readonly AlarmRow[] {
  const events = ['ReadThrottleEvents', 'WriteThrottleEvents'];
  const throttled = sum(
    'events',
    events.map((name) => ledger.metric(name, { statistic: Stats.SUM })),
  );
  return [
    {
      id: 'LedgerThrottled',
      says: 'DynamoDB throttled the ledger in three of five minutes',
      metric: expression(throttled.text, [throttled], MINUTE),
      ...{ above: 0, datapoints: [3, 5] },
    },
    {
      id: 'TransitionsThrottled',
      says: 'Step Functions throttled transitions of the account for five minutes on end',
      metric: throttledTransitions(),
      ...{ above: 0, datapoints: [5, 5] },
    },
  ];
}

/** All alarms. No value is never a reason to fire: nothing runs then. */
export function alarmsOf(watched: Watched): readonly AlarmRow[] {
  return [...ofExecutions(watched), ...ofWriters(watched), ...ofQuotas(watched)];
}
