import { BundleError, bundleFunctions } from '@sparse-fanout/engine/bundle-functions.ts';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { SparseFanoutStackProps } from '#lib/sparse-fanout-stack.ts';
import { resolved } from '#support/readable-template.ts';
import { statementsByRole } from '#support/synthesize.ts';
import { checkedStack } from './checked-stack.ts';

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
