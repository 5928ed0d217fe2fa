import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import { ENV } from '#core/contract.ts';
import { SparseFanout } from '#lib/sparse-fanout.ts';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, statementsByRole, templateOf, testApp } from '#support/synthesize.ts';

const template = templateOf();
const encrypted = templateOf((stack) => ({ encryptionKey: new Key(stack, 'Key') }));

function propertiesOf(from: Template, type: string) {
  const found = Object.entries(resourcesOf(from, type));
  return Object.fromEntries(
    found.map(([id, { Properties }]) => [id, resolved(Properties) as Record<string, unknown>]),
  );
}

describe('the buckets', () => {
  test('are private, encrypted, logged and cleared of abandoned uploads', () => {
    const { FanoutBucketsSource: source, FanoutBucketsOutput: output } = propertiesOf(
      template,
      'AWS::S3::Bucket',
    );
    const common = {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    };
    const abort = {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 22 },
      Status: 'Enabled',
    };
    const expire = (Prefix: string, ExpirationInDays: number) => ({
      ...{ Prefix, ExpirationInDays, Status: 'Enabled' },
    });
    const rules = (...more: object[]) => ({
      LifecycleConfiguration: { Rules: [abort, ...more] },
    });
    const logging = (prefix: string) => ({
      LoggingConfiguration: {
        DestinationBucketName: '<FanoutBucketsAccessLogs>',
        LogFilePrefix: prefix,
      },
    });
    const folders = [
      expire('_staged/', 30),
      expire('_shuffle/', 22),
      expire('_transform/', 3),
      expire('_failures/', 90),
    ];
    const removed = rules(...folders);
    expect(output).toEqual({ ...common, ...removed, ...logging('output/') });
    expect(source).toEqual({
      ...common,
      ...rules(),
      ...logging('source/'),
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
  });

  test('answer over TLS only', () => {
    const policies = Object.values(propertiesOf(template, 'AWS::S3::BucketPolicy'));
    const denials = policies.map((policy) => JSON.stringify(policy));
    expect(denials).toHaveLength(3);
    for (const denial of denials) {
      expect(denial).toContain('{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
    }
  });

  test('are encrypted with a customer key, the access logs apart', () => {
    const algorithms = Object.entries(propertiesOf(encrypted, 'AWS::S3::Bucket')).map(
      ([id, { BucketEncryption }]) => [id, JSON.stringify(BucketEncryption).includes('<Key.Arn>')],
    );
    expect(Object.fromEntries(algorithms)).toEqual({
      FanoutBucketsAccessLogs: false,
      FanoutBucketsOutput: true,
      FanoutBucketsSource: true,
    });
  });

  test('are not created if they are given, and only the given ones may be reached', () => {
    const given = templateOf((stack) => ({
      sourceBucket: Bucket.fromBucketName(stack, 'Source', 'my-source'),
      outputBucket: Bucket.fromBucketName(stack, 'Output', 'my-output'),
    }));
    given.resourceCountIs('AWS::S3::Bucket', 0);
    expect(statementsByRole(given)['FanoutFunctionsWriteRole']?.slice(0, 4)).toEqual([
      'Allow s3:GetObject, s3:GetObjectVersion on arn:<AWS::Partition>:s3:::my-source/*',
      'Allow s3:GetObject on arn:<AWS::Partition>:s3:::my-output/*/_manifest/columns*.json, arn:<AWS::Partition>:s3:::my-output/*/_plan/source*.json, arn:<AWS::Partition>:s3:::my-output/_staged/*',
      'Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on arn:<AWS::Partition>:s3:::my-output/*/data-g??????/*, arn:<AWS::Partition>:s3:::my-output/*/data/*',
      'Allow s3:ListBucket on arn:<AWS::Partition>:s3:::my-output',
    ]);
  });
});

test('the ledger has TTL, point-in-time recovery and no capacity to plan', () => {
  const { FanoutLedger: ledger } = propertiesOf(template, 'AWS::DynamoDB::Table');
  expect(ledger).toEqual({
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
});

test('a customer key encrypts ledger, logs, dead letters and the failure topic', () => {
  encrypted.hasResourceProperties('AWS::DynamoDB::Table', {
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
  });
  encrypted.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue() });
  encrypted.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: Match.anyValue() });
  encrypted.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
});

describe('the functions', () => {
  const into = { [ENV.outputBucket]: '<FanoutBucketsOutput>' };
  const { POWERTOOLS, ...environments } = {
    POWERTOOLS: {
      NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=2',
      AWS_MAX_ATTEMPTS: '10',
      POWERTOOLS_METRICS_NAMESPACE: 'SparseFanout',
      POWERTOOLS_SERVICE_NAME: 'Test/Fanout',
    },
    Plan: {
      [ENV.ledgerTable]: '<FanoutLedger>',
      ...into,
      [ENV.requestDefaults]: '{}',
      [ENV.trigger]: expect.stringMatching(/<FanoutBucketsSource>.*\.npz.*meta\.json/),
    },
    Write: { [ENV.ledgerTable]: '<FanoutLedger>' },
    Finalize: {
      [ENV.ledgerTable]: '<FanoutLedger>',
      NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=16',
    },
    ReportFailure: { [ENV.ledgerTable]: '<FanoutLedger>', ...into },
  };

  test.each([
    ['Plan', 1_769],
    ['Write', 512],
    ['Finalize', 1_769],
    ['ReportFailure', 1_024],
  ] as const)('%s runs Node 24 on ARM with %i MiB for at most 15 minutes', (step, memory) => {
    const found = propertiesOf(template, 'AWS::Lambda::Function');
    expect(found[`FanoutFunctions${step}Function`]).toEqual({
      Architectures: ['arm64'],
      Code: expect.anything(),
      Environment: { Variables: { ...POWERTOOLS, ...environments[step] } },
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: `<FanoutFunctions${step}Logs>` },
      MemorySize: memory,
      Role: `<FanoutFunctions${step}Role.Arn>`,
      Runtime: 'nodejs24.x',
      Timeout: 900,
      TracingConfig: { Mode: 'Active' },
    });
  });

  test('get the settings of the construct', () => {
    const tuned = templateOf(() => ({
      memoryMiB: { Write: 3_008 },
      maxConcurrency: 20,
      requestDefaults: { output: { text: { profile: 'zero0' } }, limits: { outputBytes: 5 } },
    }));
    const { FanoutFunctionsPlanFunction: plan, FanoutFunctionsWriteFunction: write } = propertiesOf(
      tuned,
      'AWS::Lambda::Function',
    );
    expect(write).toMatchObject({ MemorySize: 3_008 });
    expect(plan).toMatchObject({
      Environment: {
        Variables: {
          [ENV.requestDefaults]:
            '{"output":{"text":{"profile":"zero0"}},"limits":{"concurrency":20,"outputBytes":5}}',
        },
      },
    });
  });
});

test.each([511, 10_241, 512.5])('refuses writers of %d MiB', (Write) => {
  expect(() => templateOf(() => ({ memoryMiB: { Write } }))).toThrow(
    `memoryMiB.Write is ${Write}, allowed are whole numbers from 512 to 10240`,
  );
});

test('has no resource that needs a function of the CDK', () => {
  expect(Object.keys(resourcesOf(template, 'AWS::Lambda::Function')).sort()).toEqual([
    'FanoutFunctionsFinalizeFunction',
    'FanoutFunctionsPlanFunction',
    'FanoutFunctionsPlanTableFunction',
    'FanoutFunctionsReportFailureFunction',
    'FanoutFunctionsScatterTableFunction',
    'FanoutFunctionsStageFunction',
    'FanoutFunctionsWriteFunction',
    'FanoutFunctionsWriteTableFunction',
  ]);
  const types = Object.values(template.toJSON()['Resources']).map(
    (resource) => (resource as { readonly Type: string }).Type,
  );
  expect(types.filter((type) => type.startsWith('Custom::'))).toEqual([]);
});

test('keeps logs, buckets and ledger as long as requested', () => {
  const brief = templateOf(() => ({
    logRetention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  }));
  for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::Logs::LogGroup']) {
    template.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate' });
    brief.allResources(type, { DeletionPolicy: 'Delete' });
  }
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  brief.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
});

test('fails on a trigger that the outputs would match', () => {
  const shared = (suffix?: string) => () =>
    templateOf((stack) => {
      const bucket = Bucket.fromBucketName(stack, 'Shared', 'shared');
      const triggerSuffixes = suffix === undefined ? {} : { triggerSuffixes: ['.npz', suffix] };
      return { sourceBucket: bucket, outputBucket: bucket, ...triggerSuffixes };
    });
  expect(shared('.csv')).toThrow(/trigger suffix "\.csv" would also match the outputs \(\*\.csv\)/);
  expect(shared('.gz')).toThrow(/\*\.csv\.gz/);
  expect(shared('manifest.json')).toThrow(/\*\.json/);
  expect(shared('')).toThrow(/trigger suffix "" would also match/);
  expect(shared()).not.toThrow();
  expect(() => templateOf(() => ({ triggerSuffixes: ['.csv'] }))).not.toThrow();
});

test('fails on a schedule without a request, and on a request without a schedule', () => {
  const schedule = ScheduleExpression.expression('rate(1 day)');
  expect(() => templateOf(() => ({ schedule }))).toThrow('schedule needs scheduledRequest');
  expect(() => templateOf(() => ({ scheduledRequest: { source: 's3://b/x.npz' } }))).toThrow(
    'scheduledRequest needs schedule',
  );
});

describe('for the application around it', () => {
  const stack = new Stack(testApp(), 'Test');
  const fanout = new SparseFanout(stack, 'Fanout');

  test('grantStart allows starting and nothing else', () => {
    const caller = new Role(stack, 'Caller', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    });
    fanout.grantStart(caller);
    expect(statementsByRole(Template.fromStack(stack))['Caller']).toEqual([
      'Allow states:StartExecution on <FanoutWorkflowStateMachine>',
    ]);
  });

  test('metrics name what the functions and services emit', () => {
    const metrics = [
      fanout.metricExecutionsSucceeded(),
      fanout.metricExecutionsFailed(),
      fanout.metricChunksWritten(),
      fanout.metricBytesWritten(),
      fanout.metricDeadLetters(),
    ];
    expect(
      metrics.map(({ namespace, metricName, dimensions }) => [
        `${namespace} ${metricName}`,
        resolved(stack.resolve(dimensions)),
      ]),
    ).toEqual([
      ['AWS/States ExecutionsSucceeded', { StateMachineArn: '<FanoutWorkflowStateMachine>' }],
      ['AWS/States ExecutionsFailed', { StateMachineArn: '<FanoutWorkflowStateMachine>' }],
      ['SparseFanout ChunksWritten', { service: 'Test/Fanout' }],
      ['SparseFanout BytesWritten', { service: 'Test/Fanout' }],
      [
        'AWS/SQS ApproximateNumberOfMessagesVisible',
        { QueueName: '<FanoutTriggersDeadLetters.QueueName>' },
      ],
    ]);
  });
});
