import { Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { SparseFanoutStack } from '#lib/sparse-fanout-stack.ts';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, statementsByRole, templateOf, testApp } from '#support/synthesize.ts';

const NETWORK =
  '{"vpcId":"vpc-0123456789abcdef0","subnetIds":["subnet-0123456789abcdef0","subnet-0123456789abcdef1"]}';

function stackOf(vpc: string, transforms?: string): Template {
  const props = { vpc, ...(transforms !== undefined && { transforms }) };
  return Template.fromStack(new SparseFanoutStack(testApp(), 'SparseFanout', props));
}

describe('a VPC', () => {
  const template = stackOf(NETWORK);

  test('has every function in its subnets, in one security group without inbound rules', () => {
    const functions = Object.values(resourcesOf(template, 'AWS::Lambda::Function'));
    const configs = functions.map(({ Properties }) => resolved(Properties['VpcConfig']));
    expect(new Set(configs.map((config) => JSON.stringify(config)))).toEqual(
      new Set([
        JSON.stringify({
          SecurityGroupIds: ['<FanoutFunctionsSecurityGroup.GroupId>'],
          SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        }),
      ]),
    );
    template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  test('may be joined by the role of every function', () => {
    const roles = Object.entries(statementsByRole(template)).filter(([role]) =>
      role.includes('Functions'),
    );
    for (const [, lines] of roles) {
      expect(lines.join()).toContain('ec2:CreateNetworkInterface');
    }
  });

  test('has the functions for transforms, in a security group of their own', () => {
    const given = stackOf(NETWORK, 'clean=examples/clean.mjs');
    const [own] = Object.entries(resourcesOf(given, 'AWS::Lambda::Function'))
      .filter(([id]) => id.startsWith('TransformFiles'))
      .map(([, { Properties }]) => resolved(Properties['VpcConfig']));
    expect(own).toEqual({
      SecurityGroupIds: ['<TransformFilesSecurityGroup.GroupId>'],
      SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    });
    const [lines] = Object.entries(statementsByRole(given))
      .filter(([role]) => role.startsWith('TransformFiles'))
      .map(([, each]) => each);
    expect(lines!.join()).toContain('ec2:CreateNetworkInterface');
  });

  test.each([
    'vpc-1',
    '{"vpcId":"vpc-0123456789abcdef0"}',
    '{"vpcId":"v","subnetIds":["s"],"subnets":[]}',
  ])('fails to be read from %s', (text) => {
    expect(() => stackOf(text)).toThrow(/^vpc is .*, allowed is JSON with vpcId, subnetIds/);
  });
});

test('a permissions boundary bounds every role, and tags are on what can have them', () => {
  const template = templateOf((stack) => ({
    permissionsBoundary: ManagedPolicy.fromManagedPolicyName(stack, 'Bound', 'bound'),
    tags: { team: 'data' },
  }));
  const roles = Object.values(resourcesOf(template, 'AWS::IAM::Role'));
  for (const { Properties } of roles) {
    expect(resolved(Properties['PermissionsBoundary'])).toMatch(/:policy\/bound$/);
  }
  for (const type of ['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::DynamoDB::Table']) {
    template.allResourcesProperties(type, { Tags: [{ Key: 'team', Value: 'data' }] });
  }
});

test('reserved concurrency is that of the writers alone, and how many a run asks for', () => {
  const template = templateOf(() => ({ reservedConcurrency: 40 }));
  const reserved = Object.entries(resourcesOf(template, 'AWS::Lambda::Function'))
    .filter(([, { Properties }]) => Properties['ReservedConcurrentExecutions'] === 40)
    .map(([id]) => id);
  expect(reserved.sort()).toEqual([
    'FanoutFunctionsWriteFunction',
    'FanoutFunctionsWriteTableFunction',
  ]);
  const { FanoutFunctionsPlanFunction: plan } = resourcesOf(template, 'AWS::Lambda::Function');
  expect(JSON.stringify(plan)).toContain('{\\"limits\\":{\\"concurrency\\":40}}');
});
