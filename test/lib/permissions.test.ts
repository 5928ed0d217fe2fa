import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { expect, test } from 'vitest';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, statementsByRole, templateOf } from '#support/synthesize.ts';

const scheduled = {
  schedule: ScheduleExpression.expression('rate(1 day)'),
  scheduledRequest: { source: 's3://bucket/x.npz' },
};

const plain = templateOf(() => scheduled);
const encrypted = templateOf((stack) => ({ ...scheduled, encryptionKey: new Key(stack, 'Key') }));

test('every role has exactly these statements', () => {
  expect(statementsByRole(plain)).toMatchInlineSnapshot(`
    {
      "FanoutFunctionsFinalizeRole": [
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/source*.json",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_manifest/*",
        "Allow s3:DeleteObject on <FanoutBucketsOutput.Arn>/_shuffle/*",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:ListMultipartUploadParts, s3:PutObject on <FanoutBucketsOutput.Arn>/*/data-g??????/rows.*, <FanoutBucketsOutput.Arn>/*/data/rows.*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>",
        "Allow dynamodb:Query on <FanoutLedger.Arn>",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsFinalizeLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutFunctionsPlanRole": [
        "Allow s3:GetObject, s3:GetObjectVersion on <FanoutBucketsSource.Arn>/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>, <FanoutBucketsSource.Arn>",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/source*.json",
        "Allow s3:AbortMultipartUpload, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_manifest/columns*.json, <FanoutBucketsOutput.Arn>/_staged/*/jobs*.jsonl",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:ListMultipartUploadParts, s3:PutObject on <FanoutBucketsOutput.Arn>/*/data-g??????/rows.*, <FanoutBucketsOutput.Arn>/*/data/rows.*",
        "Allow s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_plan/upload-*.json",
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_manifest/*, <FanoutBucketsOutput.Arn>/_staged/*",
        "Allow s3:PutObject on <FanoutBucketsOutput.Arn>/*/_manifest/run*.json",
        "Allow dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem on <FanoutLedger.Arn>",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsPlanLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutFunctionsPlanTableRole": [
        "Allow s3:GetObject, s3:GetObjectVersion on <FanoutBucketsSource.Arn>/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>, <FanoutBucketsSource.Arn>",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_plan/objects*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/shares*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/source*.json, <FanoutBucketsOutput.Arn>/_shuffle/*/objects.jsonl, <FanoutBucketsOutput.Arn>/_shuffle/*/source.json",
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_manifest/*, <FanoutBucketsOutput.Arn>/_shuffle/*/index/*, <FanoutBucketsOutput.Arn>/_staged/*",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:ListMultipartUploadParts, s3:PutObject on <FanoutBucketsOutput.Arn>/*/data-g??????/rows.*, <FanoutBucketsOutput.Arn>/*/data/rows.*",
        "Allow s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_plan/upload-*.json",
        "Allow s3:AbortMultipartUpload, s3:PutObject on <FanoutBucketsOutput.Arn>/_staged/*/jobs*.jsonl",
        "Allow s3:PutObject on <FanoutBucketsOutput.Arn>/*/_manifest/run*.json",
        "Allow dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem on <FanoutLedger.Arn>",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsPlanTableLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutFunctionsReportFailureRole": [
        "Allow s3:GetObject, s3:GetObjectVersion on <FanoutBucketsSource.Arn>/*",
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_manifest/run*.json, <FanoutBucketsOutput.Arn>/*/_plan/results/*, <FanoutBucketsOutput.Arn>/*/_plan/source*.json, <FanoutBucketsOutput.Arn>/_staged/*",
        "Allow s3:PutObject on <FanoutBucketsOutput.Arn>/*/_manifest/failures.json, <FanoutBucketsOutput.Arn>/_failures/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>",
        "Allow dynamodb:GetItem, dynamodb:Query on <FanoutLedger.Arn>",
        "Allow sns:Publish on <FanoutFailureTopic>",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsReportFailureLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutFunctionsScatterTableRole": [
        "Allow s3:GetObject, s3:GetObjectVersion on <FanoutBucketsSource.Arn>/*",
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/_staged/*",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/_shuffle/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsScatterTableLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutFunctionsStageRole": [
        "Allow s3:GetObject, s3:GetObjectVersion on <FanoutBucketsSource.Arn>/*",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/_staged/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsStageLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutFunctionsWriteRole": [
        "Allow s3:GetObject, s3:GetObjectVersion on <FanoutBucketsSource.Arn>/*",
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_manifest/columns*.json, <FanoutBucketsOutput.Arn>/*/_plan/source*.json, <FanoutBucketsOutput.Arn>/_staged/*",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/data-g??????/*, <FanoutBucketsOutput.Arn>/*/data/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>",
        "Allow dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem on <FanoutLedger.Arn>",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsWriteLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutFunctionsWriteTableRole": [
        "Allow s3:GetObject, s3:GetObjectVersion on <FanoutBucketsSource.Arn>/*",
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_plan/objects*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/shares*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/source*.json, <FanoutBucketsOutput.Arn>/_shuffle/*, <FanoutBucketsOutput.Arn>/_staged/*",
        "Allow s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/data-g??????-*/*, <FanoutBucketsOutput.Arn>/*/data-g??????/*, <FanoutBucketsOutput.Arn>/*/data/*",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_manifest/rejects*/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>",
        "Allow dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem on <FanoutLedger.Arn>",
        "Allow s3:PutObject on <FanoutBucketsOutput.Arn>/*/_plan/objects-fault*.jsonl",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsWriteTableLogs.Arn>",
        "Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ],
      "FanoutTriggersEventRole": [
        "Allow states:StartExecution on <FanoutWorkflowStateMachine>",
      ],
      "FanoutTriggersScheduleRole": [
        "Allow states:StartExecution on <FanoutWorkflowStateMachine>",
        "Allow sqs:SendMessage on <FanoutTriggersDeadLetters.Arn>",
      ],
      "FanoutWorkflowRole": [
        "Allow lambda:InvokeFunction on <FanoutFunctionsFinalizeFunction.Arn>:*, <FanoutFunctionsPlanFunction.Arn>:*, <FanoutFunctionsPlanTableFunction.Arn>:*, <FanoutFunctionsScatterTableFunction.Arn>:*, <FanoutFunctionsStageFunction.Arn>:*, <FanoutFunctionsWriteFunction.Arn>:*, <FanoutFunctionsWriteTableFunction.Arn>:*",
        "Allow logs:CreateLogDelivery, logs:DeleteLogDelivery, logs:DescribeLogGroups, logs:DescribeResourcePolicies, logs:GetLogDelivery, logs:ListLogDeliveries, logs:PutResourcePolicy, logs:UpdateLogDelivery on *",
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_plan/plan*.jsonl, <FanoutBucketsOutput.Arn>/_staged/*/jobs*.jsonl",
        "Allow s3:AbortMultipartUpload, s3:GetObject, s3:ListMultipartUploadParts, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_plan/results/*, <FanoutBucketsOutput.Arn>/_staged/results/*",
        "Allow states:StartExecution on <FanoutWorkflowStateMachine>",
        "Allow states:DescribeExecution, states:StopExecution on arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>:*",
        "Allow states:RedriveExecution on arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/ScatterTables:*, arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/StageSource:*, arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/WriteChunks:*, arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<FanoutWorkflowStateMachine.Name>/WriteTables:*",
      ],
    }
  `);
});

test('a customer key adds exactly these statements', () => {
  const before = statementsByRole(plain);
  const added = Object.entries(statementsByRole(encrypted)).map(([role, statements]) => [
    role,
    statements.filter((statement) => !before[role]?.includes(statement)),
  ]);
  expect(Object.fromEntries(added)).toMatchInlineSnapshot(`
    {
      "FanoutFunctionsFinalizeRole": [
        "Allow kms:Decrypt, kms:DescribeKey, kms:GenerateDataKey on <Key.Arn>",
      ],
      "FanoutFunctionsPlanRole": [
        "Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom, kms:ReEncryptTo on <Key.Arn>",
      ],
      "FanoutFunctionsPlanTableRole": [
        "Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom, kms:ReEncryptTo on <Key.Arn>",
      ],
      "FanoutFunctionsReportFailureRole": [
        "Allow kms:Decrypt, kms:DescribeKey, kms:GenerateDataKey on <Key.Arn>",
      ],
      "FanoutFunctionsScatterTableRole": [
        "Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn>",
      ],
      "FanoutFunctionsStageRole": [
        "Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn>",
      ],
      "FanoutFunctionsWriteRole": [
        "Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom, kms:ReEncryptTo on <Key.Arn>",
      ],
      "FanoutFunctionsWriteTableRole": [
        "Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom, kms:ReEncryptTo on <Key.Arn>",
      ],
      "FanoutTriggersEventRole": [
        "Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn>",
      ],
      "FanoutTriggersScheduleRole": [
        "Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn>",
      ],
      "FanoutWorkflowRole": [
        "Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn>",
      ],
    }
  `);
});

test('a customer key lets its account, CloudWatch Logs and EventBridge use it, and nobody else', () => {
  const [key] = Object.values(resourcesOf(encrypted, 'AWS::KMS::Key'));
  expect(resolved(key?.Properties['KeyPolicy'])).toMatchInlineSnapshot(`
    {
      "Statement": [
        {
          "Action": "kms:*",
          "Effect": "Allow",
          "Principal": {
            "AWS": "arn:<AWS::Partition>:iam::<AWS::AccountId>:root",
          },
          "Resource": "*",
        },
        {
          "Action": [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
          ],
          "Condition": {
            "ArnLike": {
              "kms:EncryptionContext:aws:logs:arn": "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:*",
            },
          },
          "Effect": "Allow",
          "Principal": {
            "Service": "logs.<AWS::Region>.<AWS::URLSuffix>",
          },
          "Resource": "*",
        },
        {
          "Action": [
            "kms:Decrypt",
            "kms:GenerateDataKey",
          ],
          "Effect": "Allow",
          "Principal": {
            "Service": "events.amazonaws.com",
          },
          "Resource": "*",
        },
        {
          "Action": [
            "kms:Decrypt",
            "kms:GenerateDataKey",
          ],
          "Condition": {
            "StringEquals": {
              "aws:SourceAccount": "<AWS::AccountId>",
            },
          },
          "Effect": "Allow",
          "Principal": {
            "Service": "cloudwatch.amazonaws.com",
          },
          "Resource": "*",
        },
        {
          "Action": "kms:Decrypt*",
          "Effect": "Allow",
          "Principal": {
            "Service": "delivery.logs.amazonaws.com",
          },
          "Resource": "*",
        },
      ],
      "Version": "2012-10-17",
    }
  `);
});

test('no role has a managed policy', () => {
  for (const { Properties } of Object.values(resourcesOf(plain, 'AWS::IAM::Role'))) {
    expect(Object.keys(Properties)).toEqual(['AssumeRolePolicyDocument']);
  }
});
