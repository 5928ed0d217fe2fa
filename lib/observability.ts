import { ArnFormat, Aws, Duration, Fn, type RemovalPolicy, Stack } from 'aws-cdk-lib';
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

/** Of the address of a construct, as many as are different for those of one stack. */
const ADDRESS_CHARACTERS = 8;

/** Creates the log group of one function. */
export function createLogGroup(scope: Construct, options: LogOptions): LogGroup {
  const { logRetention, encryptionKey, removalPolicy } = options;
  return new LogGroup(scope, 'Logs', { retention: logRetention, encryptionKey, removalPolicy });
}

/**
 * Creates the log group of a state machine. Its name begins as AWS asks for: without that each
 * state machine takes room in a policy of the account that holds 5,120 characters. It ends with the
 * first part of the stack's own id, so that another stack of the same name finds it free.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
 */
export function createWorkflowLogGroup(scope: Construct, options: LogOptions): LogGroup {
  const { logRetention, encryptionKey, removalPolicy } = options;
  const stackId = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  const unique = Fn.select(0, Fn.split('-', stackId));
  const own = scope.node.addr.slice(-ADDRESS_CHARACTERS);
  return new LogGroup(scope, 'Logs', {
    logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-${own}-${unique}`,
    retention: logRetention,
    encryptionKey,
    removalPolicy,
  });
}

/** Allows CloudWatch Logs to encrypt the log groups of this account with a key. */
function letLogsUse(key: IKey, stack: Stack): void {
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      // The only one of these services whose name ends otherwise in China.
      principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  );
}

/**
 * Allows the services that act by themselves to use a key: CloudWatch Logs for log groups,
 * EventBridge for the dead-letter queue, and alarms of this account for the topic.
 */
export function letServicesUse(key: IKey, scope: Construct): void {
  const stack = Stack.of(scope);
  letLogsUse(key, stack);
  const actions = ['kms:Decrypt', 'kms:GenerateDataKey'];
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions,
      resources: ['*'],
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
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
