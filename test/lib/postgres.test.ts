import validate from 'asl-validator';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { SparseFanout, type SparseFanoutProps } from '#lib/sparse-fanout.ts';
import { SparseFanoutStack } from '#lib/sparse-fanout-stack.ts';
import { resolved } from '#support/readable-template.ts';
import {
  definitionOf,
  resourcesOf,
  statementsByRole,
  templateOf,
  testApp,
} from '#support/synthesize.ts';

const settings = (stack: Construct): SparseFanoutProps => {
  const vpc = new Vpc(stack, 'Vpc');
  const securityGroups = [new SecurityGroup(stack, 'Group', { vpc })];
  const encryptionKey = new Key(stack, 'SecretKey');
  return {
    postgres: {
      main: { secret: new Secret(stack, 'Main', { encryptionKey }), vpc, securityGroups },
      old: {
        secret: Secret.fromSecretNameV2(stack, 'Old', 'prod/old'),
        ...{ vpc, host: 'reader.internal', port: 5433, database: 'x', tls: false },
      },
    },
  };
};

const template = templateOf(settings);

function functionOf(step: string): Readonly<Record<string, unknown>> {
  const all = resourcesOf(template, 'AWS::Lambda::Function');
  return all[`FanoutFunctions${step}Function`]!.Properties;
}

function environmentOf(step: string): Readonly<Record<string, string>> {
  const { Variables } = resolved(functionOf(step)['Environment']) as {
    Variables: Record<string, string>;
  };
  return Variables;
}

describe('databases of the construct', () => {
  it('are reached by three functions alone, which alone are in the VPC', () => {
    const inVpc = Object.entries(resourcesOf(template, 'AWS::Lambda::Function'))
      .filter(([, { Properties }]) => Properties['VpcConfig'] !== undefined)
      .map(([id]) => id);
    expect(inVpc.sort()).toEqual([
      'FanoutFunctionsCopyDatabaseFunction',
      'FanoutFunctionsLoadTableFunction',
      'FanoutFunctionsPlanDatabaseFunction',
    ]);
    const reading = Object.entries(statementsByRole(template)).flatMap(([role, lines]) =>
      lines
        .filter((line) => /secretsmanager|ec2:|SecretKey/.test(line))
        .map((line) => `${role}: ${line}`),
    );
    expect(reading).toMatchInlineSnapshot(`
      [
        "FanoutFunctionsPlanDatabaseRole: Allow secretsmanager:GetSecretValue on arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:prod/old-??????, <Main>",
        "FanoutFunctionsPlanDatabaseRole: Allow kms:Decrypt on <SecretKey.Arn>",
        "FanoutFunctionsPlanDatabaseRole: Allow ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
        "FanoutFunctionsCopyDatabaseRole: Allow secretsmanager:GetSecretValue on arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:prod/old-??????, <Main>",
        "FanoutFunctionsCopyDatabaseRole: Allow kms:Decrypt on <SecretKey.Arn>",
        "FanoutFunctionsCopyDatabaseRole: Allow ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
        "FanoutFunctionsLoadTableRole: Allow secretsmanager:GetSecretValue on arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:prod/old-??????, <Main>",
        "FanoutFunctionsLoadTableRole: Allow kms:Decrypt on <SecretKey.Arn>",
        "FanoutFunctionsLoadTableRole: Allow ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ]
    `);
  });

  it('are loaded by a function that may do nothing that loads do not', () => {
    const lines = statementsByRole(template)['FanoutFunctionsLoadTableRole']!.join('\n');
    expect(lines).toContain('/*/data/*');
    expect(lines).not.toMatch(/_shuffle|shares|objects-fault|data-g\?+-/);
  });

  it('are known to it by the ARNs of their secrets, to PlanTable by their names', () => {
    const { POSTGRES = '', NODE_EXTRA_CA_CERTS } = environmentOf('LoadTable');
    expect(JSON.parse(POSTGRES)).toEqual({
      main: { secretArn: '<Main>', tls: true },
      old: {
        secretArn: expect.stringMatching(/:secret:prod\/old$/),
        ...{ host: 'reader.internal', port: 5433, database: 'x', tls: false },
      },
    });
    expect(NODE_EXTRA_CA_CERTS).toBe('/var/runtime/ca-cert.pem');
    expect(environmentOf('PlanTable')['CONNECTIONS']).toBe('["main","old"]');
    for (const step of ['Plan', 'PlanTable', 'WriteTable', 'Finalize']) {
      expect(environmentOf(step)).not.toHaveProperty('POSTGRES');
    }
  });

  it('are logged in to by tokens of IAM where they say so, and then without a secret', () => {
    const iam = { auth: 'iam', host: 'db.internal', user: 'loader' } as const;
    const of = templateOf(() => ({
      postgres: {
        main: { ...iam, resourceId: 'cluster-ABC123' },
        proxy: { ...iam, resourceId: 'prx-0a', port: 5433, database: 'shop' },
      },
    }));
    const lines = Object.entries(statementsByRole(of)).flatMap(([role, statements]) =>
      statements.filter((line) => /rds-db|secrets/.test(line)).map((line) => `${role}: ${line}`),
    );
    const user = 'arn:<AWS::Partition>:rds-db:<AWS::Region>:<AWS::AccountId>:dbuser';
    expect(lines).toEqual(
      ['PlanDatabase', 'CopyDatabase', 'LoadTable'].map(
        (step) =>
          `FanoutFunctions${step}Role: Allow rds-db:connect on ${user}:cluster-ABC123/loader, ${user}:prx-0a/loader`,
      ),
    );
    const { Properties } = resourcesOf(of, 'AWS::Lambda::Function')[
      'FanoutFunctionsLoadTableFunction'
    ]!;
    const { Variables } = resolved(Properties['Environment']) as {
      Variables: Record<string, string>;
    };
    expect(JSON.parse(Variables['POSTGRES']!)).toEqual({
      main: iam,
      proxy: { ...iam, port: 5433, database: 'shop' },
    });
  });

  it('have states of their own in a workflow that is valid', () => {
    const { States } = definitionOf(template) as { States: Record<string, { Next?: string }> };
    expect(States['PrepareLoad']?.Next).toBe('LoadTables');
    expect(States['LoadTables']?.Next).toBe('PublishLoad');
    expect(States['PublishLoad']?.Next).toBe('Finalize');
    const text = JSON.stringify(definitionOf(template))
      .replaceAll('<AWS::Partition>', 'aws')
      .replaceAll(/<(\w+)\.Arn>/g, 'arn:aws:lambda:us-east-1:123456789012:function:$1');
    expect(validate(JSON.parse(text)).errors).toEqual([]);
  });

  it('are none by default: no function, no states', () => {
    const without = templateOf();
    expect(resourcesOf(without, 'AWS::Lambda::Function')).not.toHaveProperty(
      'FanoutFunctionsLoadTableFunction',
    );
    expect(JSON.stringify(definitionOf(without))).not.toContain('Load');
  });

  it('fail by a name that no request could give, two VPCs, or half a login by IAM', () => {
    const build = (postgres: (stack: Stack) => SparseFanoutProps['postgres']) => () => {
      const stack = new Stack(testApp(), 'Test');
      const given = postgres(stack);
      return new SparseFanout(stack, 'Fanout', { ...(given && { postgres: given }) });
    };
    const secret = (stack: Stack) => Secret.fromSecretNameV2(stack, 'Secret', 'x');
    expect(build((stack) => ({ 'a.b': { secret: secret(stack) } }))).toThrow(
      'postgres has "a.b", allowed are names of a letter',
    );
    const two = build((stack) => {
      const common = { secret: secret(stack) };
      return { a: { ...common, vpc: new Vpc(stack, 'Vpc') }, b: common };
    });
    expect(two).toThrow('postgres has databases in 2 VPCs (or some in none)');
    const iam = { auth: 'iam', host: 'h', user: 'u', resourceId: 'db-A1' } as const;
    for (const wrong of [{ host: '' }, { user: '*' }, { user: '' }, { resourceId: '*' }]) {
      expect(build(() => ({ a: { ...iam, ...wrong } }))).toThrow(
        "postgres: a is of auth 'iam' and needs host, user without *, ? and $, and resourceId",
      );
    }
    const open: object = { tls: false };
    expect(build(() => ({ a: { ...iam, ...open } }))).toThrow('leave secret and tls out');
  });
});

describe('databases in the context of the stack', () => {
  const build = (postgres: string) => {
    const app = testApp();
    return { app, stack: new SparseFanoutStack(app, 'Test', { postgres }) };
  };

  it('lie in VPCs that are there', () => {
    const common = {
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    };
    const { stack } = build(
      JSON.stringify({
        main: { secretName: 'prod/main', ...common, securityGroupIds: ['sg-0123456789abcdef0'] },
        other: {
          secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-abcdef',
          ...common,
        },
      }),
    );
    const found = Template.fromStack(stack).findResources('AWS::Lambda::Function', {
      Properties: {
        VpcConfig: {
          SecurityGroupIds: ['sg-0123456789abcdef0'],
          SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        },
      },
    });
    expect(Object.keys(found)).toHaveLength(3);
    const byIam = { auth: 'iam', user: 'loader', resourceId: 'cluster-A1', host: 'h', ...common };
    const roles = statementsByRole(Template.fromStack(build(JSON.stringify({ byIam })).stack));
    const connects = Object.values(roles).flat();
    expect(
      connects.filter((line) => /rds-db:connect on .*:cluster-A1\/loader$/.test(line)),
    ).toHaveLength(3);
  });

  it.each([
    'x',
    '[1]',
    '{"a":{}}',
    '{"a":{"secretName":"x","password":"geheim"}}',
    '{"a":{"secretName":"x","vpcId":"vpc-0123456789abcdef0"}}',
    '{"a":{"secretName":1}}',
    '{"a":{"auth":"iam","user":"u","resourceId":"db-A"}}',
    '{"a":{"auth":"iam","user":"u","resourceId":"db-A","host":"h","tls":false}}',
    '{"a":{"auth":"iam","user":"u","resourceId":"db-A","host":"h","secretName":"x"}}',
    '{"a":{"auth":"other","secretName":"x"}}',
  ])('fail for %s, which is not shown', (text) => {
    expect(() => build(text)).toThrow(/^postgres is no JSON of databases by their names/);
    expect(() => build(text)).not.toThrow(/geheim/);
  });

  it('leave cdk-nag without findings', () => {
    const { app } = build(
      '{"main":{"secretName":"x","vpcId":"vpc-0123456789abcdef0","subnetIds":["subnet-0123456789abcdef0"]}}',
    );
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
    expect(app).toBeInstanceOf(App);
    expect(() => app.synth()).not.toThrow();
  });
});
