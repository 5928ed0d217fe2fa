import { describe, expect, it } from 'vitest';
import { UnsupportedTemplate } from '#local/deploy/deploy-errors.ts';
import { describeFunctions } from '#local/deploy/describe-services.ts';
import { resolveStack } from '#local/deploy/stack.ts';

const ASSETS = new Map([
  ['code.zip', '/assets/code'],
  ['layer.zip', '/assets/layer'],
]);

/** The function of a stack with one layer, whose template sets these properties. */
function roomOf(properties: Record<string, unknown>, layerKey = 'layer.zip') {
  const code = { S3Bucket: 'assets', S3Key: 'code.zip' };
  const stack = resolveStack({
    stackName: 'stack',
    assets: ASSETS,
    template: {
      Resources: {
        Layer: {
          Type: 'AWS::Lambda::LayerVersion',
          Properties: { Content: { ...code, S3Key: layerKey }, CompatibleRuntimes: ['nodejs24.x'] },
        },
        Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
        Work: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            ...{ Code: code, Handler: 'index.handler', Runtime: 'nodejs24.x' },
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            ...properties,
          },
        },
      },
      Outputs: {},
      Parameters: {},
      Conditions: {},
    },
  });
  const [{ layerDirectories, ephemeralMegabytes } = {}] = describeFunctions(stack, ASSETS);
  return { layerDirectories, ephemeralMegabytes };
}

const LAYERS = { Layers: [{ Ref: 'Layer' }] };

describe('the room of a function', () => {
  it.each([
    ['nothing', {}, [], undefined],
    ['EphemeralStorage', { EphemeralStorage: { Size: 10_240 } }, [], 10_240],
    ['a layer', LAYERS, ['/assets/layer'], 512],
    ['both', { ...LAYERS, EphemeralStorage: { Size: 4096 } }, ['/assets/layer'], 4096],
  ])('follows from %s', (_, properties, layerDirectories, ephemeralMegabytes) => {
    expect(roomOf(properties)).toEqual({ layerDirectories, ephemeralMegabytes });
  });

  it.each([
    ['Size', { EphemeralStorage: { Size: 511 } }],
    ['Size', { EphemeralStorage: { Size: 10_241 } }],
    ['is not a layer of the template', { Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1'] }],
  ])('fails at load, naming %s', (named, properties) => {
    expect(() => roomOf(properties)).toThrow(UnsupportedTemplate);
    expect(() => roomOf(properties)).toThrow(named);
  });

  it('fails at load without the asset of the layer', () => {
    expect(() => roomOf(LAYERS, 'other.zip')).toThrow('Layer: there is no asset other.zip');
  });
});
