import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { KEYS } from './key-patterns.ts';
import { ENCRYPT, type Permission, reads, SEND_PARTS, useOf } from './permissions.ts';

/** What the ItemReaders and ResultWriters of the Distributed Maps may do. */
export function mapPermissions(outputBucket: IBucket): readonly Permission[] {
  return [
    reads(outputBucket, KEYS.plans, 'an ItemReader reads the plan of any run'),
    reads(outputBucket, KEYS.stageJobs, 'an ItemReader reads the jobs of any Stage round'),
    {
      reason: 'the ResultWriters keep what the children of any run returned',
      actions: SEND_PARTS,
      resources: [
        outputBucket.arnForObjects(KEYS.results),
        outputBucket.arnForObjects(KEYS.stageResults),
      ],
    },
    ...useOf(outputBucket.encryptionKey, ENCRYPT, 'plan and results are encrypted'),
  ];
}

/** What a state machine does with the keys of its definition and of its executions' history. */
export function historyPermissions(keys: readonly IKey[]): readonly Permission[] {
  return keys.flatMap((key) => useOf(key, ENCRYPT, 'the history of executions is encrypted'));
}

/** What a state machine needs to exist, to write its log, and to call its functions. */
export function startPermissions(functions: readonly IFunction[]): readonly Permission[] {
  return [
    {
      reason: 'each step is a version of a function; an execution may need one that was replaced',
      actions: ['lambda:InvokeFunction'],
      resources: functions.map(({ functionArn }) => `${functionArn}:*`),
    },
    {
      reason: 'the delivery of logs has no resource that a policy could name',
      actions: [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
      ],
      resources: ['*'],
    },
  ];
}

/**
 * What a Distributed Map does with its own children: start, watch, stop and redrive them.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
export function ownRuns(
  stateMachine: StateMachine,
  labels: readonly string[],
): readonly Permission[] {
  const stack = Stack.of(stateMachine);
  const name = stateMachine.stateMachineName;
  const executions = (resourceName: string) =>
    stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  return [
    {
      reason: 'each child is an execution of this state machine',
      actions: ['states:StartExecution'],
      resources: [stateMachine.stateMachineArn],
    },
    {
      reason: 'the names of children are made up when they start',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [executions(`${name}:*`)],
    },
    {
      reason: 'the names of children are made up when they start',
      actions: ['states:RedriveExecution'],
      resources: labels.map((label) => executions(`${name}/${label}:*`)),
    },
  ];
}
