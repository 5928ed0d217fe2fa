import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { METRICS, type MetricName } from '#core/metrics.ts';
import { stepMetric } from './observability.ts';

/** What alarms and dashboard are about. */
export interface Watched {
  readonly functions: {
    readonly write: IFunction;
    readonly writeTable: IFunction;
    readonly databases: { readonly copy: IFunction; readonly load: IFunction } | undefined;
    readonly reportFailure: IFunction;
  };
  readonly stateMachine: StateMachine;
  readonly ledger: ITable;
  readonly deadLetters: IQueue;
  /** Dimension of the functions' metrics. */
  readonly service: string;
}

/** The functions that write chunks. */
export function writersOf({ functions }: Watched): readonly IFunction[] {
  const { write, writeTable, databases } = functions;
  return [write, writeTable, ...(databases === undefined ? [] : [databases.copy, databases.load])];
}

/** A metric of Lambda, summed over functions: an expression and what it uses, by its names. */
export interface Sum {
  readonly text: string;
  readonly metrics: Readonly<Record<string, IMetric>>;
}

/**
 * The sum of metrics, each 0 where it has no value.
 *
 * @param prefix of the names of the metrics in the expression: it begins with a small letter.
 */
export function sum(prefix: string, metrics: readonly IMetric[]): Sum {
  const named = metrics.map((metric, at) => [`${prefix}${at}`, metric] as const);
  return {
    text: `(${named.map(([name]) => `FILL(${name}, 0)`).join(' + ')})`,
    metrics: Object.fromEntries(named),
  };
}

/** The value of an expression over sums. */
export function expression(text: string, sums: readonly Sum[], period: Duration): MathExpression {
  const usingMetrics = Object.assign({}, ...sums.map(({ metrics }) => metrics));
  return new MathExpression({ expression: text, usingMetrics, period });
}

/** One metric of Lambda for each of some functions. */
export function lambdaMetrics(
  functions: readonly IFunction[],
  metricName: string,
  statistic: string = Stats.SUM,
): readonly IMetric[] {
  return functions.map((each) => each.metric(metricName, { statistic }));
}

/** Transitions that Step Functions refused for a moment, of all state machines of the account. */
export function throttledTransitions(): IMetric {
  return new Metric({
    namespace: 'AWS/States',
    metricName: 'ThrottledEvents',
    dimensionsMap: { ServiceMetric: 'StateTransition' },
    statistic: Stats.SUM,
    period: Duration.minutes(1),
  });
}

/** A metric that the functions themselves write. */
export function ownMetric(
  { service }: Watched,
  name: MetricName,
  statistic: string = Stats.SUM,
): IMetric {
  return stepMetric(METRICS[name], service, { statistic });
}
