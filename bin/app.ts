import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { SparseFanoutStack } from '#lib/sparse-fanout-stack.ts';

const app = new App();
const context = (name: string): string | undefined => app.node.tryGetContext(name);

new SparseFanoutStack(app, 'SparseFanout', {
  description:
    'Fans a sparse matrix or a table in S3 out into ordered files: CSV, JSON lines or Parquet',
  customerKey: context('customerKey') === 'true',
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
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
