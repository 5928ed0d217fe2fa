import type { App } from 'aws-cdk-lib';
import { SparseFanoutStack } from './sparse-fanout-stack.ts';

/** The stack of an app, with the settings that its context has: those of `cdk.json` and of `-c`. */
export function contextStack(app: App): SparseFanoutStack {
  const context = (name: string): string | undefined => app.node.tryGetContext(name);
  return new SparseFanoutStack(app, 'SparseFanout', {
    description:
      'Fans a sparse matrix or a table in S3 out into ordered files: CSV, JSON lines or Parquet',
    customerKey: context('customerKey'),
    sourceBucketName: context('sourceBucketName'),
    sourceKeyArn: context('sourceKeyArn'),
    outputBucketName: context('outputBucketName'),
    outputKeyArn: context('outputKeyArn'),
    trigger: context('trigger'),
    requestDefaults: context('requestDefaults'),
    schedule: context('schedule'),
    scheduledSource: context('scheduledSource'),
    scheduledRequest: context('scheduledRequest'),
    transforms: context('transforms'),
    postgres: context('postgres'),
    functions: context('functions'),
    monitoring: context('monitoring'),
    vpc: context('vpc'),
    reservedConcurrency: context('reservedConcurrency'),
  });
}
