import { ArnFormat, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** How logs are kept. */
export interface LogOptions {
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** CloudWatch namespace of the functions' metrics. */
export const METRICS_NAMESPACE = 'SparseFanout';

/** Creates the log group of one function or of the state machine. */
export function createLogGroup(scope: Construct, options: LogOptions): LogGroup {
  const { logRetention, encryptionKey, removalPolicy } = options;
  return new LogGroup(scope, 'Logs', { retention: logRetention, encryptionKey, removalPolicy });
}

/**
 * Allows CloudWatch Logs to encrypt the log groups of this account with a key, and nothing else.
 */
export function letLogsUse(key: IKey, scope: Construct): void {
  const stack = Stack.of(scope);
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  );
}

/**
 * A metric of the functions of one construct.
 *
 * @param service name of the service in the metrics: the construct's path.
 */
export function stepMetric(metricName: string, service: string, options?: MetricOptions): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
    ...options,
  });
}
