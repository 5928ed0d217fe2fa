import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { SparseFanoutStack, type SparseFanoutStackProps } from '#lib/sparse-fanout-stack.ts';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, statementsByRole, testApp } from '#support/synthesize.ts';

const SCHEDULED = {
  schedule: 'rate(1 day)',
  scheduledSource: 's3://bucket/x.npz',
  transforms: 'clean=examples/clean.mjs',
};

function stackOf(props: SparseFanoutStackProps): Template {
  return Template.fromStack(new SparseFanoutStack(testApp(), 'SparseFanout', props));
}

const on = stackOf({ customerKey: 'true', ...SCHEDULED });
const off = stackOf({ customerKey: 'false', ...SCHEDULED });
const never = stackOf(SCHEDULED);

/** Where a resource says with which key AWS encrypts it. */
const KEY_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::S3::Bucket': ['BucketEncryption'],
  'AWS::DynamoDB::Table': ['SSESpecification'],
  'AWS::Lambda::Function': ['KmsKeyArn'],
  'AWS::Logs::LogGroup': ['KmsKeyId'],
  'AWS::SNS::Topic': ['KmsMasterKeyId'],
  'AWS::SQS::Queue': ['KmsMasterKeyId'],
  'AWS::Scheduler::Schedule': ['KmsKeyArn'],
  'AWS::StepFunctions::StateMachine': ['EncryptionConfiguration'],
};

/** Resources that AWS can encrypt with a key, and whether they name the one of the stack. */
function encrypted(template: Template): Readonly<Record<string, boolean>> {
  const all = Object.entries(KEY_PROPERTIES).flatMap(([type, names]) =>
    Object.entries(resourcesOf(template, type)).map(([id, { Properties = {} }]) => {
      const text = JSON.stringify(names.map((name) => resolved(Properties[name])));
      return [id.replace(/^Fanout/, ''), /<Key(\.Arn)?>/.test(text)] as const;
    }),
  );
  return Object.fromEntries(all);
}

describe('a customer key', () => {
  test('encrypts every resource that AWS can encrypt with one: all but the access logs', () => {
    const resources = encrypted(on);
    expect(Object.keys(resources).filter((id) => !resources[id])).toEqual(['BucketsAccessLogs']);
    expect(Object.keys(resources).sort()).toMatchInlineSnapshot(`
      [
        "BucketsAccessLogs",
        "BucketsOutput",
        "BucketsSource",
        "FailureTopic",
        "FunctionsFinalizeFunction",
        "FunctionsFinalizeLogs",
        "FunctionsPlanFunction",
        "FunctionsPlanLogs",
        "FunctionsPlanTableFunction",
        "FunctionsPlanTableLogs",
        "FunctionsReportFailureFunction",
        "FunctionsReportFailureLogs",
        "FunctionsScatterTableFunction",
        "FunctionsScatterTableLogs",
        "FunctionsStageFunction",
        "FunctionsStageLogs",
        "FunctionsWriteFunction",
        "FunctionsWriteLogs",
        "FunctionsWriteTableFunction",
        "FunctionsWriteTableLogs",
        "Ledger",
        "TransformFilescleanFunction",
        "TransformFilescleanLogs",
        "TriggersDeadLetters",
        "TriggersSchedule",
        "WorkflowLogs",
        "WorkflowStateMachine",
      ]
    `);
  });

  test('is used by no resource that is not in this list', () => {
    const types = new Set(Object.keys(KEY_PROPERTIES));
    const others = Object.values(on.toJSON()['Resources'])
      .map((resource) => resource as { readonly Type: string; readonly Properties: unknown })
      .filter(({ Type }) => !types.has(Type) && !/IAM|KMS/.test(Type))
      .filter(({ Properties }) => /"Key[0-9A-F]{8}"/.test(JSON.stringify(Properties)));
    expect(others).toEqual([]);
  });

  test('may be used by the services that act by themselves, alarms among them', () => {
    const [key] = Object.values(resourcesOf(on, 'AWS::KMS::Key'));
    const policy = JSON.stringify(resolved(key?.Properties['KeyPolicy']));
    for (const service of ['cloudwatch', 'events', 'delivery.logs']) {
      expect(policy).toContain(`"Service":"${service}.amazonaws.com"`);
    }
    expect(policy).toContain('"Service":"logs.<AWS::Region>.<AWS::URLSuffix>"');
  });
});

describe('a customer key that is switched off', () => {
  test('stays in the stack, is the same, and encrypts nothing new', () => {
    const ids = (template: Template) => Object.keys(template.findResources('AWS::KMS::Key'));
    expect(ids(off)).toEqual(ids(on));
    expect(ids(never)).toEqual([]);
    expect(Object.values(encrypted(off))).not.toContain(true);
    expect(Object.keys(encrypted(off))).toEqual(Object.keys(encrypted(on)));
  });

  test('leaves every role what it may do with it, so that earlier outputs stay readable', () => {
    const uses = (template: Template) =>
      Object.entries(statementsByRole(template))
        .filter(([, lines]) => lines.some((line) => /kms:Decrypt.* on <Key\.Arn>/.test(line)))
        .map(([role]) => role)
        .sort();
    expect(uses(on).length).toBeGreaterThan(9);
    expect(uses(off)).toEqual(uses(on));
    const parts = statementsByRole(off)['FanoutFunctionsWriteRole'] ?? [];
    expect(parts).toContain('Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn>');
  });

  test('leaves its policy as it is, so that earlier logs and messages stay readable', () => {
    const policy = (template: Template) => {
      const [key] = Object.values(resourcesOf(template, 'AWS::KMS::Key'));
      const text = JSON.stringify(resolved(key?.Properties['KeyPolicy']));
      return ['cloudwatch', 'events', 'logs.<AWS::Region>'].map((name) => text.includes(name));
    };
    expect(policy(off)).toEqual(policy(on));
  });

  test('fails on another word', () => {
    expect(() => stackOf({ customerKey: 'yes' })).toThrow(
      'customerKey is yes, allowed are true and false',
    );
  });
});
