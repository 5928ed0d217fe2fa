import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { fileTransforms } from '#lib/file-transforms.ts';
import { SparseFanout, type SparseFanoutProps } from '#lib/sparse-fanout.ts';
import { SparseFanoutStack } from '#lib/sparse-fanout-stack.ts';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, statementsByRole, templateOf, testApp } from '#support/synthesize.ts';

function pandas(scope: Construct, id: string): LambdaFunction {
  const code = Code.fromInline('def handler(event, context): pass');
  return new LambdaFunction(scope, id, {
    code,
    handler: 'index.handler',
    runtime: Runtime.PYTHON_3_13,
  });
}

const settings = (stack: Construct): SparseFanoutProps => ({
  transforms: { clean: pandas(stack, 'Clean') },
});

const template = templateOf(settings);
const statements = statementsByRole(template);

function environmentOf(step: string): Readonly<Record<string, string>> {
  const { Properties } = resourcesOf(template, 'AWS::Lambda::Function')[
    `FanoutFunctions${step}Function`
  ]!;
  const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [name, String(resolved(value))]),
  );
}

describe('transforms of the construct', () => {
  it('are called by the two steps of tables alone, and by their published version', () => {
    const calling = Object.entries(statements).flatMap(([role, lines]) =>
      lines
        .filter((line) => line.includes('_transform/') || /InvokeFunction.*Clean/.test(line))
        .map((line) => `${role}: ${line}`.replace(/(CleanCurrentVersion)\w+/, '$1')),
    );
    expect(calling).toMatchInlineSnapshot(`
      [
        "CleanServiceRole: Allow s3:GetObject on <FanoutBucketsOutput.Arn>/_transform/*/input/*",
        "CleanServiceRole: Allow s3:AbortMultipartUpload, s3:PutObject on <FanoutBucketsOutput.Arn>/_transform/*/output/*",
        "FanoutFunctionsPlanTableRole: Allow lambda:InvokeFunction on <Clean.Arn>:*",
        "FanoutFunctionsPlanTableRole: Allow s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/_plan/upload-*.json, <FanoutBucketsOutput.Arn>/_transform/*/input/*",
        "FanoutFunctionsPlanTableRole: Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_manifest/*, <FanoutBucketsOutput.Arn>/_shuffle/*/index/*, <FanoutBucketsOutput.Arn>/_staged/*, <FanoutBucketsOutput.Arn>/_transform/*/output/*",
        "FanoutFunctionsScatterTableRole: Allow s3:GetObject on <FanoutBucketsOutput.Arn>/_staged/*, <FanoutBucketsOutput.Arn>/_transform/*/output/*",
        "FanoutFunctionsScatterTableRole: Allow lambda:InvokeFunction on <Clean.Arn>:*",
        "FanoutFunctionsScatterTableRole: Allow s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/_transform/*/input/*",
        "FanoutFunctionsWriteTableRole: Allow s3:GetObject on <FanoutBucketsOutput.Arn>/*/_plan/objects*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/shares*.jsonl, <FanoutBucketsOutput.Arn>/*/_plan/source*.json, <FanoutBucketsOutput.Arn>/_shuffle/*, <FanoutBucketsOutput.Arn>/_staged/*, <FanoutBucketsOutput.Arn>/_transform/*/output/*",
        "FanoutFunctionsWriteTableRole: Allow s3:GetObject, s3:PutObject on <FanoutBucketsOutput.Arn>/*/data-g??????-*/*, <FanoutBucketsOutput.Arn>/*/data-g??????/*, <FanoutBucketsOutput.Arn>/*/data/*, <FanoutBucketsOutput.Arn>/_transform/*/input/*",
        "FanoutFunctionsWriteTableRole: Allow lambda:InvokeFunction on <Clean.Arn>:*",
      ]
    `);
  });

  it('are known to these steps by name', () => {
    for (const step of ['PlanTable', 'WriteTable']) {
      const { TRANSFORMS } = environmentOf(step);
      expect(JSON.parse(TRANSFORMS!)).toEqual({
        clean: expect.stringMatching(/CleanCurrentVersion/),
      });
    }
    expect(environmentOf('Write')).not.toHaveProperty('TRANSFORMS');
  });

  it('may use the key of the output, where it has one', () => {
    const encrypted = templateOf((stack) => ({
      ...settings(stack),
      encryptionKey: new Key(stack, 'Key'),
    }));
    expect(statementsByRole(encrypted)['CleanServiceRole']).toContain(
      'Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn>',
    );
  });

  it.each(['', '1st', 'a b', 'arn:aws:lambda:f', 'x'.repeat(65)])(
    'fails for the name %j',
    (name) => {
      const stack = new Stack(testApp(), 'Test');
      const create = () =>
        new SparseFanout(stack, 'Fanout', { transforms: { [name]: pandas(stack, 'Clean') } });
      expect(create).toThrow(/^transforms has .*, allowed are names of a letter, then/);
    },
  );

  it('fails for a function without a role', () => {
    const stack = new Stack(testApp(), 'Test');
    const imported = LambdaFunction.fromFunctionName(stack, 'Clean', 'clean') as LambdaFunction;
    const create = () => new SparseFanout(stack, 'Fanout', { transforms: { clean: imported } });
    expect(create).toThrow('transforms.clean has no role that could get its permissions');
  });
});

describe('transforms of the stack', () => {
  const stackWith = (transforms: string) =>
    new SparseFanoutStack(testApp(), 'SparseFanout', { transforms });

  it('are made of files, with the engine in a layer', () => {
    const made = Template.fromStack(stackWith('clean=examples/clean.mjs'));
    const found = resourcesOf(made, 'AWS::Lambda::Function')['TransformFilescleanFunction'];
    expect(found?.Properties).toMatchObject({ MemorySize: 1769, Timeout: 600 });
    expect(found?.Properties['Layers']).toHaveLength(1);
    const { Transforms } = made.findOutputs('Transforms');
    expect(JSON.parse(String(resolved(Transforms?.['Value'])))).toEqual({
      clean: expect.stringMatching(/CurrentVersion/),
    });
  });

  it('have each the bundle of its own file, and fail where there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'transform-files-'));
    const files = ['a', 'b'].map((name) => [name, join(folder, `${name}.mjs`)] as const);
    for (const [name, file] of files) {
      await writeFile(file, `export const handler = () => '${name}';`);
    }
    const stack = new Stack(new App({ outdir: join(folder, 'out') }), 'Test');
    fileTransforms(stack, files);
    const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
    const keys = Object.values(functions).map(({ Properties }) => Properties.Code.S3Key);
    expect(new Set(keys).size).toBe(2);
    await writeFile(files[0]![1], 'no JavaScript');
    const broken = new Stack(new App({ outdir: join(folder, 'broken') }), 'Test');
    expect(() => fileTransforms(broken, files)).toThrow(/a\.mjs:1:3: ERROR/);
    await rm(folder, { recursive: true });
  });

  it.each(['clean', '=clean.mjs', 'clean='])('fails for %j', (text) => {
    expect(() => stackWith(text)).toThrow(
      `transforms is ${text}, allowed are names and files of functions`,
    );
  });
});
