/** A value of a metric, and the minute in which it was sent. */
export interface Sample {
  readonly minute: number;
  readonly value: number;
}

/** Samples by the name of their metric, see {@link metricKey}. */
export type Samples = Readonly<Record<string, readonly Sample[]>>;

/** A metric of a template, its references resolved. */
interface MetricOfTemplate {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: {
    readonly Metric: MetricOfTemplate;
    readonly Period: number;
    readonly Stat: string;
  };
}

/** Properties of an `AWS::CloudWatch::Alarm`, its references resolved. */
export interface AlarmOfTemplate extends Partial<MetricOfTemplate> {
  readonly AlarmDescription: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
  readonly Statistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly Query[];
}

/** What samples of a metric are found by: `AWS/Lambda Errors FanoutFunctionsWriteFunction`. */
function metricKey({ Namespace, MetricName, Dimensions = [] }: MetricOfTemplate): string {
  return [Namespace, MetricName, ...Dimensions.map(({ Value }) => Value)].join(' ');
}

/** Value of a metric in a period; undefined where nothing was sent. */
function valueIn(
  samples: readonly Sample[],
  { from, minutes }: { readonly from: number; readonly minutes: number },
  statistic: string,
): number | undefined {
  const values = samples
    .filter(({ minute }) => minute >= from && minute < from + minutes)
    .map(({ value }) => value);
  if (values.length === 0) return undefined;
  if (statistic === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (statistic === 'Maximum') return Math.max(...values);
  throw new Error(`the statistic ${statistic} is not known here`);
}

const FUNCTIONS = {
  IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  FILL: (value: number | undefined, otherwise: number) => value ?? otherwise,
};

/** Value of a metric math expression, in the part of its language that our alarms use. */
function calculate(expression: string, values: Readonly<Record<string, number | undefined>>) {
  const scope = { ...FUNCTIONS, ...values };
  const body = `return ${expression.replaceAll(' AND ', ' && ')}`;
  return Number(new Function(...Object.keys(scope), body)(...Object.values(scope)));
}

function periodOf({ Period, Metrics = [] }: AlarmOfTemplate): number {
  const seconds = Period ?? Metrics.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period;
  return Number(seconds) / 60;
}

/** What an alarm looks at in one period. */
function datapointOf(
  alarm: AlarmOfTemplate,
  samples: Samples,
  period: { readonly from: number; readonly minutes: number },
): number | undefined {
  const read = (metric: MetricOfTemplate, statistic: string) =>
    valueIn(samples[metricKey(metric)] ?? [], period, statistic);
  const { Namespace = '', MetricName = '', Dimensions = [], Metrics } = alarm;
  if (Metrics === undefined) {
    return read({ Namespace, MetricName, Dimensions }, alarm.Statistic ?? '');
  }
  const stats = Metrics.flatMap(({ Id, MetricStat: stat }) =>
    stat === undefined ? [] : [[Id, read(stat.Metric, stat.Stat)] as const],
  );
  const { Expression } = Metrics.find(({ Expression: text }) => text !== undefined) ?? {};
  return calculate(Expression ?? '', Object.fromEntries(stats));
}

/**
 * Whether an alarm fires at any time of some minutes: in M of its last N periods the value was
 * above its threshold. A missing value is none that breaches.
 */
export function fires(alarm: AlarmOfTemplate, samples: Samples, minutes: number): boolean {
  if (alarm.ComparisonOperator !== 'GreaterThanThreshold') throw new Error('not known here');
  if (alarm.TreatMissingData !== 'notBreaching') throw new Error('not known here');
  const period = periodOf(alarm);
  const breaches: boolean[] = [];
  for (let from = 0; from < minutes; from += period) {
    const value = datapointOf(alarm, samples, { from, minutes: period });
    breaches.push(value !== undefined && value > alarm.Threshold);
    const last = breaches.slice(-alarm.EvaluationPeriods);
    if (last.filter(Boolean).length >= alarm.DatapointsToAlarm) return true;
  }
  return false;
}
