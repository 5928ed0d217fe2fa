import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmRow, alarmsOf } from './alarms.ts';
import { RunDashboard } from './dashboard.ts';
import type { Watched } from './watched.ts';

/** Who hears of alarms. */
export interface Monitoring {
  /**
   * Gets what alarms say. The policies of another topic and of its key must let CloudWatch publish.
   * @default the failure topic of the construct
   */
  readonly topic?: ITopic;
}

/** Settings of {@link Monitor}. */
export interface MonitorProps extends Watched {
  readonly topic: ITopic;
}

/** The heading of an alarm in the runbook, such as `tries-failed` for `TriesFailed`. */
function anchorOf(id: string): string {
  return id.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** Alarms that go to a topic, and a dashboard. */
export class Monitor extends Construct {
  constructor(scope: Construct, id: string, props: MonitorProps) {
    super(scope, id);
    const action = new SnsAction(props.topic);
    for (const row of alarmsOf(props)) this.#createAlarm(row).addAlarmAction(action);
    new RunDashboard(this, 'Dashboard', props);
  }

  #createAlarm({ id, says, metric, above, datapoints }: AlarmRow): Alarm {
    const [datapointsToAlarm, evaluationPeriods] = datapoints;
    return new Alarm(this, id, {
      alarmDescription: `${says}. What to do: docs/runbook.md#${anchorOf(id)}`,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      ...{ datapointsToAlarm, evaluationPeriods },
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
