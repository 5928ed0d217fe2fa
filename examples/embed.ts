import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SparseFanout } from '#lib/sparse-fanout.ts';

const app = new App();
const stack = new Stack(app, 'Features');

const features = new SparseFanout(stack, 'Export', {
  sourceBucket: Bucket.fromBucketAttributes(stack, 'Lake', {
    bucketName: 'company-lake',
    encryptionKey: Key.fromKeyArn(stack, 'LakeKey', 'arn:aws:kms:eu-west-1:111122223333:key/lake'),
  }),
  triggerPrefix: 'features/',
  requestDefaults: { output: { compression: 'gzip' } },
  reservedConcurrency: 200,
  memoryMiB: { WriteTable: 3_008 },
  logRetention: RetentionDays.ONE_MONTH,
  monitoring: { topic: new Topic(stack, 'OnCall') },
  permissionsBoundary: ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'team-boundary'),
  tags: { team: 'features' },
});
features.grantStart(Role.fromRoleName(stack, 'Notebook', 'notebook'));
features
  .metricExecutionsFailed({ period: Duration.hours(1) })
  .createAlarm(stack, 'Mine', { threshold: 3, evaluationPeriods: 1 });

// One that may vanish with all its data.
new SparseFanout(stack, 'Trial', {
  startOnObjects: false,
  removalPolicy: RemovalPolicy.DESTROY,
  autoDeleteObjects: true,
});
