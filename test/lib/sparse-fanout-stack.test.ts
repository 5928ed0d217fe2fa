import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError, bundleFunctions } from '@sparse-fanout/engine/bundle-functions.ts';
import { Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { SparseFanoutStack, type SparseFanoutStackProps } from '#lib/sparse-fanout-stack.ts';
import { resolved } from '#support/readable-template.ts';
import { statementsByRole, testApp } from '#support/synthesize.ts';

/** The stack in an app that is checked as bin/app.ts checks it. */
function checkedStack(props: SparseFanoutStackProps) {
  const app = testApp();
  const stack = new SparseFanoutStack(app, 'SparseFanout', props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return { app, stack };
}

/** Findings of the report that synthesis writes: the rule, and where it found something. */
function acknowledgedIn(directory: string): readonly string[] {
  const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  type Finding = {
    readonly ruleName: string;
    readonly violatingConstructs: readonly { readonly constructPath: string }[];
  };
  const findings: readonly Finding[] = report.pluginReports.flatMap(
    (plugin: { readonly suppressedViolations?: readonly Finding[] }) =>
      plugin.suppressedViolations ?? [],
  );
  return findings
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(
        ({ constructPath }) =>
          `${ruleName} at ${constructPath.replace('SparseFanout/Fanout/', '')}`,
      ),
    )
    .map((line) => line.replaceAll(/[0-9A-F]{8}(?=[.>])/g, ''))
    .sort();
}

test('outputs name what a caller needs', () => {
  const { stack } = checkedStack({});
  const outputs = Object.entries(Template.fromStack(stack).findOutputs('*'));
  expect(Object.fromEntries(outputs.map(([name, { Value }]) => [name, resolved(Value)]))).toEqual({
    SourceBucketName: '<FanoutBucketsSource>',
    OutputBucketName: '<FanoutBucketsOutput>',
    LedgerTableName: '<FanoutLedger>',
    StateMachineArn: '<FanoutWorkflowStateMachine>',
    FailureTopicArn: '<FanoutFailureTopic>',
    RequestDefaults: '{}',
    FunctionDigests: '{}',
  });
});

test('context turns into a key that rotates, a schedule and an existing bucket', () => {
  const { stack } = checkedStack({
    customerKey: 'true',
    sourceBucketName: 'my-source',
    schedule: 'rate(1 day)',
    scheduledSource: 's3://my-source/x.npz',
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 day)',
    Target: { Input: '{"source":"s3://my-source/x.npz"}' },
  });
  template.hasOutput('SourceBucketName', { Value: 'my-source' });
});

test('a schedule starts a whole request', () => {
  const scheduledRequest = JSON.stringify({
    source: { inbox: { uri: 's3://raw/in/' }, format: 'csv' },
    schema: { id: 'bigint' },
    onBadRow: 'reject',
    output: { uri: 's3://lake/events/', mode: 'append' },
  });
  const { stack } = checkedStack({ schedule: 'rate(5 minutes)', scheduledRequest });
  Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(5 minutes)',
    Target: { Input: scheduledRequest },
  });
});

test.each<[string, string | undefined, RegExp]>([
  ['[]', undefined, /scheduledRequest is \[\], allowed is a JSON object/],
  ['{}', 's3://raw/x.npz', /give one of them/],
])('a schedule fails of the request %s beside the source %s', (text, source, message) => {
  const given = { scheduledRequest: text, ...(source && { scheduledSource: source }) };
  expect(() => checkedStack({ schedule: 'rate(1 day)', ...given })).toThrow(message);
});

test('functions are bundled for the two functions of tables, and their digests are an output', () => {
  const file = 'examples/functions/clean.ts';
  const { digest } = bundleFunctions('clean', file);
  const template = Template.fromStack(checkedStack({ functions: `clean=${file}` }).stack);
  template.hasOutput('FunctionDigests', { Value: JSON.stringify({ clean: digest }) });
  for (const functions of ['clean', 'clean=nowhere.ts', 'a b=x.ts', `a=${file},a=${file}`]) {
    expect(() => checkedStack({ functions })).toThrow(BundleError);
  }
});

const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/';

describe('buckets that are there already', () => {
  const existing = {
    ...{ sourceBucketName: 'my-source', sourceKeyArn: `${KEY_ARN}source` },
    ...{ outputBucketName: 'my-output', outputKeyArn: `${KEY_ARN}output` },
  };

  test('are read and written with the keys that encrypt them', () => {
    const roles = statementsByRole(Template.fromStack(checkedStack(existing).stack));
    const write = roles['FanoutFunctionsWriteRole'] ?? [];
    expect(write).toContain(`Allow kms:Decrypt on ${KEY_ARN}source`);
    expect(write).toContain(`Allow kms:Decrypt, kms:GenerateDataKey on ${KEY_ARN}output`);
    const objects =
      'arn:<AWS::Partition>:s3:::my-output/*/data-g??????/*, arn:<AWS::Partition>:s3:::my-output/*/data/*';
    expect(write).toContain(
      `Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on ${objects}`,
    );
    const workflow = roles['FanoutWorkflowRole'] ?? [];
    expect(workflow).toContain(`Allow kms:Decrypt, kms:GenerateDataKey on ${KEY_ARN}output`);
  });

  test('leave nothing of buckets in the stack', () => {
    const template = Template.fromStack(checkedStack(existing).stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.hasOutput('OutputBucketName', { Value: 'my-output' });
  });

  test('may be one and the same', () => {
    const both = { sourceBucketName: 'mine', outputBucketName: 'mine' };
    const template = Template.fromStack(
      checkedStack({ ...both, outputKeyArn: `${KEY_ARN}mine` }).stack,
    );
    const plan = statementsByRole(template)['FanoutFunctionsPlanRole'] ?? [];
    expect(plan).toContain(`Allow kms:Decrypt, kms:GenerateDataKey on ${KEY_ARN}mine`);
    template.hasOutput('SourceBucketName', { Value: 'mine' });
    template.hasOutput('OutputBucketName', { Value: 'mine' });
  });

  test('are named where their key is', () => {
    expect(() => checkedStack({ outputKeyArn: `${KEY_ARN}output` })).toThrow(
      'name the bucket that it encrypts, too',
    );
  });
});

describe('the trigger', () => {
  const keysOf = (props: SparseFanoutStackProps) => {
    const rules = Template.fromStack(checkedStack(props).stack).findResources('AWS::Events::Rule');
    return Object.values(rules).map(({ Properties }) => Properties.EventPattern.detail.object?.key);
  };

  test('is every object with the right ending, those below a prefix, or none', () => {
    expect(keysOf({})).toContainEqual([{ suffix: '.npz' }]);
    expect(keysOf({})).toContainEqual([{ suffix: '/meta.json' }]);
    expect(keysOf({ trigger: 'in/' })).toContainEqual([{ wildcard: 'in/*.npz' }]);
    expect(keysOf({ trigger: 'in/' })).toContainEqual([{ wildcard: 'in/*/meta.json' }]);
    expect(keysOf({ trigger: 'none' }).filter((key) => key !== undefined)).toEqual([]);
  });
});

describe('request defaults', () => {
  test('reach Plan', () => {
    const requestDefaults = '{"limits":{"outputBytes":5}}';
    const template = Template.fromStack(checkedStack({ requestDefaults }).stack);
    template.hasOutput('RequestDefaults', { Value: requestDefaults });
  });

  test.each(['{', '[]', '7', 'null'])('are refused where they are %s', (requestDefaults) => {
    expect(() => checkedStack({ requestDefaults })).toThrow(
      `requestDefaults is ${requestDefaults}, allowed is a JSON object`,
    );
  });
});

describe('cdk-nag', () => {
  test.each<[string, SparseFanoutStackProps]>([
    ['as it is', {}],
    ['with a customer key and alarms', { customerKey: 'true', monitoring: 'true' }],
    ['with a customer key that is switched off', { customerKey: 'false' }],
    [
      'in a VPC, with alarms for another topic',
      {
        vpc: '{"vpcId":"vpc-0123456789abcdef0","subnetIds":["subnet-0123456789abcdef0"]}',
        monitoring: 'arn:aws:sns:us-east-1:123456789012:on-call',
      },
    ],
    [
      'with a schedule, a customer key and an existing bucket',
      {
        customerKey: 'true',
        sourceBucketName: 'my-source',
        schedule: 'rate(1 day)',
        scheduledSource: 's3://my-source/x.npz',
      },
    ],
    [
      'with existing buckets that have keys',
      {
        ...{ sourceBucketName: 'my-source', sourceKeyArn: `${KEY_ARN}source` },
        ...{ outputBucketName: 'my-output', outputKeyArn: `${KEY_ARN}output` },
      },
    ],
  ])('has no finding that is not acknowledged, %s', (_, props) => {
    expect(() => checkedStack(props).app.synth()).not.toThrow();
  });

  test('has exactly these findings, each acknowledged with a reason', () => {
    const { directory } = checkedStack({}).app.synth();
    expect(acknowledgedIn(directory)).toMatchInlineSnapshot(`
      [
        "AwsSolutions-IAM5[Resource::*] at Functions/Finalize/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Functions/ScatterTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Functions/Stage/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Functions/Write/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/*] at Functions/Finalize/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/*] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/*] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/columns*.json] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/columns*.json] at Functions/Write/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/failures.json] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/rejects*/*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/run*.json] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/run*.json] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_manifest/run*.json] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/objects*.jsonl] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/objects*.jsonl] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/objects-fault*.jsonl] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl] at Functions/Finalize/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/results/*] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/results/*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/shares*.jsonl] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/shares*.jsonl] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/source*.json] at Functions/Finalize/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/source*.json] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/source*.json] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/source*.json] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/source*.json] at Functions/Write/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/source*.json] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/upload-*.json] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/_plan/upload-*.json] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data-g??????-*/*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data-g??????/*] at Functions/Write/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data-g??????/*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data-g??????/rows.*] at Functions/Finalize/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data-g??????/rows.*] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data-g??????/rows.*] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data/*] at Functions/Write/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data/*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data/rows.*] at Functions/Finalize/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data/rows.*] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/*/data/rows.*] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_failures/*] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_shuffle/*/index/*] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_shuffle/*/objects.jsonl] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_shuffle/*/source.json] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_shuffle/*] at Functions/Finalize/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_shuffle/*] at Functions/ScatterTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_shuffle/*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*/jobs*.jsonl] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*/jobs*.jsonl] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*/jobs*.jsonl] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*] at Functions/ScatterTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*] at Functions/Stage/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*] at Functions/Write/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsOutput.Arn>/_staged/results/*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsSource.Arn>/*] at Functions/Plan/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsSource.Arn>/*] at Functions/PlanTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsSource.Arn>/*] at Functions/ReportFailure/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsSource.Arn>/*] at Functions/ScatterTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsSource.Arn>/*] at Functions/Stage/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsSource.Arn>/*] at Functions/Write/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutBucketsSource.Arn>/*] at Functions/WriteTable/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutFunctionsFinalizeFunction.Arn>:*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutFunctionsPlanFunction.Arn>:*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutFunctionsPlanTableFunction.Arn>:*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutFunctionsScatterTableFunction.Arn>:*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutFunctionsStageFunction.Arn>:*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutFunctionsWriteFunction.Arn>:*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::<FanoutFunctionsWriteTableFunction.Arn>:*] at Workflow/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/ScatterTables:*] at Workflow/MapRuns/Resource",
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/StageSource:*] at Workflow/MapRuns/Resource",
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/WriteChunks:*] at Workflow/MapRuns/Resource",
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/WriteTables:*] at Workflow/MapRuns/Resource",
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>:*] at Workflow/MapRuns/Resource",
        "AwsSolutions-SF1 at Workflow/StateMachine/Resource",
        "AwsSolutions-SF2 at Workflow/StateMachine/Resource",
        "AwsSolutions-SQS3 at Triggers/DeadLetters/Resource",
        "Serverless-LambdaDLQ at Functions/Finalize/Function/Resource",
        "Serverless-LambdaDLQ at Functions/Plan/Function/Resource",
        "Serverless-LambdaDLQ at Functions/PlanTable/Function/Resource",
        "Serverless-LambdaDLQ at Functions/ReportFailure/Function/Resource",
        "Serverless-LambdaDLQ at Functions/ScatterTable/Function/Resource",
        "Serverless-LambdaDLQ at Functions/Stage/Function/Resource",
        "Serverless-LambdaDLQ at Functions/Write/Function/Resource",
        "Serverless-LambdaDLQ at Functions/WriteTable/Function/Resource",
        "Serverless-SQSRedrivePolicy at Triggers/DeadLetters/Resource",
        "Serverless-StepFunctionStateMachineXray at Workflow/StateMachine/Resource",
      ]
    `);
  });

  test('fails synthesis on a bucket that answers without TLS', () => {
    const { app, stack } = checkedStack({});
    new Bucket(stack, 'Careless');
    expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
  });
});
