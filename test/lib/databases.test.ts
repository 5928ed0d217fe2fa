import validate from 'asl-validator';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { definitionOf, resourcesOf, statementsByRole, templateOf } from '#support/synthesize.ts';

const template = templateOf((stack) => ({
  postgres: {
    main: {
      secret: Secret.fromSecretNameV2(stack, 'Secret', 'prod/main'),
      vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }),
    },
  },
}));
const statements = statementsByRole(template);
const REACHING = ['PlanDatabase', 'CopyDatabase', 'LoadTable'];

describe('a deployment with databases', () => {
  it('has three functions in their network, and no other', () => {
    const functions = Object.entries(resourcesOf(template, 'AWS::Lambda::Function'));
    const inVpc = functions.filter(([, { Properties }]) => 'VpcConfig' in Properties);
    expect(inVpc.map(([id]) => id.replace(/FanoutFunctions|Function$/g, '')).sort()).toEqual(
      [...REACHING].sort(),
    );
  });

  it('lets these alone read secrets, and those that read databases no object of the source', () => {
    const reading = Object.entries(statements).filter(([, lines]) =>
      lines.some((line) => line.includes('secretsmanager:GetSecretValue')),
    );
    expect(reading.map(([role]) => role).sort()).toEqual(
      REACHING.map((step) => `FanoutFunctions${step}Role`).sort(),
    );
    for (const step of ['PlanDatabase', 'CopyDatabase']) {
      const lines = statements[`FanoutFunctions${step}Role`]!;
      expect(lines.filter((line) => line.includes('BucketsSource'))).toEqual([]);
    }
    expect(statements['FanoutFunctionsCopyDatabaseRole']).toMatchInlineSnapshot(`
      [
        "Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_plan/source*.json",
        "Allow s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/data-g??????/*, <FanoutBucketsOutput.Arn>/*/data/*",
        "Allow s3:ListBucket on <FanoutBucketsOutput.Arn>",
        "Allow dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem on <FanoutLedger.Arn>",
        "Allow secretsmanager:GetSecretValue on arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:prod/main-??????",
        "Allow logs:CreateLogStream, logs:PutLogEvents on <FanoutFunctionsCopyDatabaseLogs.Arn>",
        "Allow ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ]
    `);
  });

  it('goes from Plan to PlanDatabase, and from there to the writers of either output', () => {
    const { States: states } = definitionOf(template) as {
      States: Record<string, { Choices?: readonly { Condition: string; Next: string }[] }>;
    };
    const next = (state: string, decision: string) =>
      states[state]?.Choices?.find(({ Condition }) => Condition.includes(`'${decision}'`))?.Next;
    expect(next('Decide', 'database')).toBe('PlanDatabase');
    expect(next('DecideDatabase', 'write')).toBe('CopyDatabases');
    expect(next('DecideDatabase', 'load')).toBe('PrepareLoad');
    const text = JSON.stringify(definitionOf(template))
      .replaceAll('<AWS::Partition>', 'aws')
      .replaceAll(/<(\w+)\.Arn>/g, 'arn:aws:lambda:us-east-1:123456789012:function:$1');
    expect(validate(JSON.parse(text)).errors).toEqual([]);
  });
});
