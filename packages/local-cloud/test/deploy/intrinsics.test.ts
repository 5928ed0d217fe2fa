import { describe, expect, it } from 'vitest';
import { UnsupportedTemplate } from '#local/deploy/deploy-errors.ts';
import { createResolver } from '#local/deploy/intrinsics.ts';

const { resolve, isOn } = createResolver({
  stackName: 'S',
  conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
  },
  ref: (name) => ({ Bucket: 'box' })[name],
  attribute: (name, attribute) => `${name}:${attribute}`,
});

describe('a template value', () => {
  it.each([
    ['Ref', { Ref: 'Bucket' }, 'box'],
    ['the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'Bucket:Arn'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Bucket' }, 1]] }, 'a-box-1'],
    ['Fn::Split', { 'Fn::Split': [':', 'a:b'] }, ['a', 'b']],
    ['Fn::Select', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b'] }] }, 'b'],
    [
      'Fn::Sub',
      { 'Fn::Sub': `\${Bucket}/\${Bucket.Arn}/\${AWS::Region}/\${!x}` },
      `box/Bucket:Arn/us-east-1/\${x}`,
    ],
    ['Fn::Sub with variables', { 'Fn::Sub': [`\${a}`, { a: { Ref: 'Bucket' } }] }, 'box'],
    ['Fn::If', { 'Fn::If': ['No', 1, 2] }, 2],
    [
      'a policy with its own Condition',
      { Condition: { Bool: {} }, x: 1 },
      { Condition: { Bool: {} }, x: 1 },
    ],
    ['AWS::NoValue', { a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
  ])('resolves %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it.each([
    ['Fn::ImportValue', { 'Fn::ImportValue': 'x' }],
    ['Missing', { Ref: 'Missing' }],
    ['outside', { 'Fn::Select': [3, ['a']] }],
    ['Unheard', { 'Fn::If': ['Unheard', 1, 2] }],
  ])('fails on what it does not know: %s', (name, value) => {
    expect(() => resolve(value)).toThrow(UnsupportedTemplate);
    expect(() => resolve(value)).toThrow(name);
  });
});

it('combines conditions', () => {
  expect(['Yes', 'No', 'Both', 'Either'].map(isOn)).toEqual([true, false, false, true]);
});
