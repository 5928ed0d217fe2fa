import { Dashboard, GraphWidget, type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { failedTryMetric, type MetricName, TRY_ERRORS } from '#core/metrics.ts';
import { stepMetric } from './observability.ts';
import {
  lambdaMetrics,
  ownMetric,
  throttledTransitions,
  type Watched,
  writersOf,
} from './watched.ts';

/** Of 24 columns, so that two graphs stand side by side. */
const WIDTH = 12;

/** Half of the writers took longer, and one of a hundred. */
const PERCENTILES = ['p50', 'p99', Stats.MAXIMUM] as const;

function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []) {
  return new GraphWidget({ title, width: WIDTH, left: [...left], right: [...right] });
}

/** One line for each error by which tries failed; those that did not occur have none. */
function failedTries({ service }: Watched): readonly IMetric[] {
  return [...TRY_ERRORS, 'Other'].map((name) => stepMetric(failedTryMetric(name), service));
}

/** What runs do as a whole. */
function ofRuns(watched: Watched): readonly GraphWidget[] {
  const { stateMachine: machine } = watched;
  const own = (name: MetricName, statistic?: string) => ownMetric(watched, name, statistic);
  return [
    graph('Executions', [
      machine.metricStarted(),
      machine.metricSucceeded(),
      machine.metricFailed(),
      machine.metricTimedOut(),
      machine.metricAborted(),
    ]),
    graph('Seconds of a run', [
      own('runSeconds', Stats.MAXIMUM),
      own('predictedSeconds', Stats.MAXIMUM),
    ]),
    graph('Chunks', [own('written'), own('skipped')], [own('bytes')]),
    graph(
      'Seconds of a chunk',
      PERCENTILES.map((each) => own('chunkSeconds', each)),
    ),
  ];
}

/** What their parts do, and what holds them up. */
function ofParts(watched: Watched): readonly GraphWidget[] {
  const { ledger, deadLetters } = watched;
  const writers = writersOf(watched);
  return [
    graph('Tries that failed, by error', failedTries(watched)),
    graph(
      'Peak memory of writers, MiB, and percent of what they have',
      [ownMetric(watched, 'peakMemory', Stats.MAXIMUM)],
      [ownMetric(watched, 'memoryPercent', Stats.MAXIMUM)],
    ),
    graph(
      'Writers at once, and throttles',
      lambdaMetrics(writers, 'ConcurrentExecutions', Stats.MAXIMUM),
      lambdaMetrics(writers, 'Throttles'),
    ),
    graph(
      'Other throttles, and dead letters',
      [
        ledger.metric('ReadThrottleEvents', { statistic: Stats.SUM }),
        ledger.metric('WriteThrottleEvents', { statistic: Stats.SUM }),
        throttledTransitions(),
      ],
      [deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM })],
    ),
  ];
}

/** Shows what runs do, from the whole to the parts. */
export class RunDashboard extends Dashboard {
  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    this.addWidgets(...ofRuns(watched), ...ofParts(watched));
  }
}
