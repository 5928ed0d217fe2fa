import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import type { SparseFanoutStackProps } from '#lib/sparse-fanout-stack.ts';
import { checkedStack } from './checked-stack.ts';

const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/';

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
