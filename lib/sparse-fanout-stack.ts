import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { SparseFanout } from './sparse-fanout.ts';

/** Settings of {@link SparseFanoutStack}. Each is a key of the CDK context. */
export interface SparseFanoutStackProps extends StackProps {
  /**
   * Encrypts everything with a KMS key of the stack.
   * @default false
   */
  readonly customerKey?: boolean;
  /**
   * Name of an existing bucket with the sources, which sends its events to EventBridge.
   * @default a new bucket
   */
  readonly sourceBucketName?: string;
  /**
   * When to start a run of {@link scheduledSource}, such as `rate(1 day)`.
   * @default never
   */
  readonly schedule?: string;
  /**
   * S3 URI of what the schedule exports.
   * @default none; a schedule needs one
   */
  readonly scheduledSource?: string;
}

/**
 * The stack that `cdk deploy` deploys: one SparseFanout, and outputs with the names of its
 * resources.
 */
export class SparseFanoutStack extends Stack {
  readonly fanout: SparseFanout;

  constructor(scope: Construct, id: string, props: SparseFanoutStackProps = {}) {
    super(scope, id, props);
    const { customerKey = false, sourceBucketName, schedule, scheduledSource } = props;
    this.fanout = new SparseFanout(this, 'Fanout', {
      encryptionKey: customerKey ? new Key(this, 'Key', { enableKeyRotation: true }) : undefined,
      sourceBucket:
        sourceBucketName === undefined
          ? undefined
          : Bucket.fromBucketName(this, 'ExistingSource', sourceBucketName),
      schedule: schedule === undefined ? undefined : ScheduleExpression.expression(schedule),
      scheduledRequest: scheduledSource === undefined ? undefined : { source: scheduledSource },
    });

    const { sourceBucket, outputBucket, ledger, stateMachine, failureTopic } = this.fanout;
    const requestDefaults = JSON.stringify(this.fanout.requestDefaults);
    new CfnOutput(this, 'SourceBucketName', { value: sourceBucket.bucketName });
    new CfnOutput(this, 'OutputBucketName', { value: outputBucket.bucketName });
    new CfnOutput(this, 'LedgerTableName', { value: ledger.tableName });
    new CfnOutput(this, 'StateMachineArn', { value: stateMachine.stateMachineArn });
    new CfnOutput(this, 'FailureTopicArn', { value: failureTopic.topicArn });
    // A client that binds a request to its run must know what the deployment adds to it.
    new CfnOutput(this, 'RequestDefaults', { value: requestDefaults });
  }
}
