import { expect, test } from 'vitest';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, templateOf } from '#support/synthesize.ts';

const template = templateOf();

function propertiesOf(type: string, id: string) {
  return resolved(resourcesOf(template, type)[id]?.Properties);
}

test('an execution that ends without success starts ReportFailure with the untouched event', () => {
  expect(propertiesOf('AWS::Events::Rule', 'FanoutExecutionFailed')).toEqual({
    State: 'ENABLED',
    EventPattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: ['<FanoutWorkflowStateMachine>'],
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    },
    Targets: [
      {
        Id: 'Target0',
        Arn: '<FanoutFunctionsReportFailureFunction.Arn>',
        DeadLetterConfig: { Arn: '<FanoutTriggersDeadLetters.Arn>' },
        RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 50 },
      },
    ],
  });
});

test('only the rule may invoke ReportFailure', () => {
  const permissions = Object.values(resourcesOf(template, 'AWS::Lambda::Permission'));
  expect(permissions.map(({ Properties }) => resolved(Properties))).toEqual([
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: '<FanoutFunctionsReportFailureFunction.Arn>',
      Principal: 'events.amazonaws.com',
      SourceArn: '<FanoutExecutionFailed.Arn>',
    },
  ]);
});

test('what ReportFailure returns, and how it fails itself, goes to the topic', () => {
  const configs = Object.values(resourcesOf(template, 'AWS::Lambda::EventInvokeConfig'));
  expect(configs.map(({ Properties }) => resolved(Properties))).toEqual([
    {
      FunctionName: '<FanoutFunctionsReportFailureFunction>',
      Qualifier: '$LATEST',
      DestinationConfig: {
        OnSuccess: { Destination: '<FanoutFailureTopic>' },
        OnFailure: { Destination: '<FanoutFailureTopic>' },
      },
    },
  ]);
});

test('the topic takes messages over TLS only, and those of alarms of the account', () => {
  expect(propertiesOf('AWS::SNS::TopicPolicy', 'FanoutFailureTopicPolicy')).toMatchObject({
    Topics: ['<FanoutFailureTopic>'],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: '<FanoutFailureTopic>',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: '<FanoutFailureTopic>',
          Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
        },
      ],
    },
  });
});
