import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { expect, test } from 'vitest';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, templateOf } from '#support/synthesize.ts';

const template = templateOf(() => ({
  schedule: ScheduleExpression.expression('rate(1 day)'),
  scheduledRequest: { source: 's3://bucket/x.npz', chunking: { rows: 50_000 } },
}));

const DELIVERY = {
  Arn: '<FanoutWorkflowStateMachine>',
  DeadLetterConfig: { Arn: '<FanoutTriggersDeadLetters.Arn>' },
  RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 50 },
};

function only(type: string) {
  const found = Object.values(resourcesOf(template, type));
  expect(found).toHaveLength(1);
  return resolved(found[0]?.Properties);
}

function ruleOf(id: string, from = template) {
  return resolved(resourcesOf(from, 'AWS::Events::Rule')[id]?.Properties);
}

function objectRule(from = template) {
  return ruleOf('FanoutTriggersObjectCreated', from);
}

test('an object that arrives in the source bucket starts a run with the untouched event', () => {
  expect(objectRule()).toEqual({
    State: 'ENABLED',
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: ['<FanoutBucketsSource>'] },
        object: { key: [{ suffix: '.npz' }] },
      },
    },
    Targets: [{ ...DELIVERY, Id: 'Target0', RoleArn: '<FanoutTriggersEventRole.Arn>' }],
  });
});

test('the last object of a bundle starts one unless it came in parts', () => {
  const rule = ruleOf('FanoutTriggersBundleCreated');
  expect(rule).toHaveProperty('EventPattern.detail', {
    bucket: { name: ['<FanoutBucketsSource>'] },
    object: { key: [{ suffix: '/meta.json' }] },
    reason: ['PutObject', 'POST Object', 'CopyObject'],
  });
});

test.each([
  ['incoming/', ['.npz'], [{ wildcard: 'incoming/*.npz' }]],
  ['incoming/', ['.npz', '.mtx'], [{ wildcard: 'incoming/*.npz' }, { wildcard: 'incoming/*.mtx' }]],
  ['incoming/', [''], [{ prefix: 'incoming/' }]],
  ['odd*\\/', ['.npz'], [{ wildcard: 'odd\\*\\\\/*.npz' }]],
  ['', [''], [{ prefix: '' }]],
])('keys that begin with %j and end with any of %j match', (prefix, suffixes, expected) => {
  const limited = templateOf(() => ({ triggerPrefix: prefix, triggerSuffixes: suffixes }));
  expect(objectRule(limited)).toHaveProperty('EventPattern.detail.object.key', expected);
});

test('a schedule starts its request', () => {
  expect(only('AWS::Scheduler::Schedule')).toEqual({
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression: 'rate(1 day)',
    ScheduleExpressionTimezone: 'Etc/UTC',
    State: 'ENABLED',
    Target: {
      ...DELIVERY,
      Input: '{"source":"s3://bucket/x.npz","chunking":{"rows":50000}}',
      RoleArn: '<FanoutTriggersScheduleRole.Arn>',
    },
  });
});

test('has no schedule unless one is given', () => {
  templateOf().resourceCountIs('AWS::Scheduler::Schedule', 0);
});

test('the dead-letter queue is encrypted, keeps two weeks and takes messages of the rules over TLS', () => {
  expect(only('AWS::SQS::Queue')).toEqual({
    MessageRetentionPeriod: 1_209_600,
    SqsManagedSseEnabled: true,
  });
  expect(only('AWS::SQS::QueuePolicy')).toMatchObject({
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Deny',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': '<FanoutTriggersObjectCreated.Arn>' } },
        },
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': '<FanoutTriggersBundleCreated.Arn>' } },
        },
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': '<FanoutExecutionFailed.Arn>' } },
        },
      ],
    },
  });
});
