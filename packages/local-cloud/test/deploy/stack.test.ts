import { describe, expect, it } from 'vitest';
import { UnsupportedTemplate } from '#local/deploy/deploy-errors.ts';
import { resolveStack } from '#local/deploy/stack.ts';

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

function stackOf(resources: Resources, outputs: Record<string, unknown> = {}) {
  return resolveStack({
    stackName: 'My_Stack',
    assets: new Map(),
    template: {
      Resources: Object.fromEntries(
        Object.entries(resources).map(([id, { Type, Properties = {} }]) => [
          id,
          { Type, Properties },
        ]),
      ),
      Outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, Value]) => [name, { Value }]),
      ),
      Parameters: {},
      Conditions: {},
    },
  });
}

describe('a stack', () => {
  it('names resources after their logical ids, the same every time', () => {
    const resources: Resources = {
      OutputAB65CDDE: { Type: 'AWS::S3::Bucket' },
      [`A${'b'.repeat(80)}12345678`]: { Type: 'AWS::S3::Bucket' },
      Given: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'mine' } },
    };
    const names = stackOf(resources)
      .resourcesOf('AWS::S3::Bucket')
      .map(({ name }) => name);
    expect(names[0]).toBe('my-stack-outputab65cdde');
    expect(names[1]).toMatch(/^my-stack-ab+12345678$/);
    expect(names[1]).toHaveLength(63);
    expect(names[2]).toBe('mine');
    expect(
      stackOf(resources)
        .resourcesOf('AWS::S3::Bucket')
        .map(({ name }) => name),
    ).toEqual(names);
  });

  it('resolves references that point either way, and its outputs', () => {
    const stack = stackOf(
      {
        Policy: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: { Bucket: { Ref: 'Box' }, PolicyDocument: { 'Fn::GetAtt': ['Box', 'Arn'] } },
        },
        Box: { Type: 'AWS::S3::Bucket' },
      },
      { Name: { Ref: 'Box' } },
    );
    expect(stack.resourcesOf('AWS::S3::BucketPolicy')[0]?.properties).toEqual({
      Bucket: 'my-stack-box',
      PolicyDocument: 'arn:aws:s3:::my-stack-box',
    });
    expect(stack.outputs).toEqual({ Name: 'my-stack-box' });
  });

  it('gives a version of a function a number by its logical id, the same every time', () => {
    const versionOf = (id: string) => {
      const Properties = { FunctionName: { Ref: 'Clean' } };
      const resources = {
        Clean: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'f' } },
        [id]: { Type: 'AWS::Lambda::Version', Properties },
      };
      const version = { 'Fn::GetAtt': [id, 'Version'] };
      return stackOf({ ...resources }, { Version: version, Arn: { Ref: id } }).outputs;
    };
    const { Version, Arn } = versionOf('CleanVersion1f');
    expect(Version).toMatch(/^\d+$/);
    expect(Arn).toMatch(new RegExp(`^arn:aws:lambda:.*:${Version}$`));
    expect(versionOf('CleanVersion1f')).toEqual({ Version, Arn });
    expect(versionOf('CleanVersion2f')['Version']).not.toBe(Version);
  });

  it('says what it accepts and does not simulate', () => {
    const stack = stackOf({
      Key: { Type: 'AWS::KMS::Key', Properties: { Anything: 1 } },
      Box: { Type: 'AWS::S3::Bucket', Properties: { BucketEncryption: {}, Tags: [] } },
    });
    expect(stack.notSimulated).toEqual([
      'AWS::KMS::Key Key',
      'AWS::S3::Bucket Box: BucketEncryption',
    ]);
  });

  it('fails on resource types that do not exist here, naming all of them', () => {
    const load = () => stackOf({ A: { Type: 'AWS::EC2::VPC' }, B: { Type: 'Custom::X' } });
    expect(load).toThrow(UnsupportedTemplate);
    expect(load).toThrow('AWS::EC2::VPC (A), Custom::X (B)');
  });

  it.each([
    ['ObjectLockEnabled', 'AWS::S3::Bucket', { ObjectLockEnabled: true }],
    ['NoSuch', 'AWS::SNS::Topic', { DisplayName: { 'Fn::GetAtt': ['Other', 'NoSuch'] } }],
  ])('fails on the property or attribute %s', (name, Type, Properties) => {
    const load = () => stackOf({ A: { Type, Properties }, Other: { Type: 'AWS::SNS::Topic' } });
    expect(load).toThrow(UnsupportedTemplate);
    expect(load).toThrow(name);
  });
});
