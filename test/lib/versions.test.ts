import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { expect, test } from 'vitest';
import { definitionOf, resourcesOf, statementsByRole, templateOf } from '#support/synthesize.ts';

const template = templateOf();

test('every task invokes a version, which stays when another is published', () => {
  const named = [...JSON.stringify(definitionOf(template)).matchAll(/"FunctionName":"([^"]+)"/g)];
  expect(named.length).toBeGreaterThan(6);
  for (const [, name] of named) {
    expect(name).toMatch(/^<FanoutFunctions\w+FunctionCurrentVersion>$/);
  }
  template.allResources('AWS::Lambda::Version', { DeletionPolicy: 'Retain' });
});

test('the state machine may invoke any version of its functions, and nothing unqualified', () => {
  const [line] = (statementsByRole(template)['FanoutWorkflowRole'] ?? []).filter((each) =>
    each.includes('lambda:InvokeFunction'),
  );
  const resources = line?.replace(/^.* on /, '').split(', ') ?? [];
  expect(resources).toHaveLength(7);
  for (const resource of resources) {
    expect(resource).toMatch(/^<FanoutFunctions\w+Function\.Arn>:\*$/);
  }
});

test('other settings are another version of the functions that have them, and of no other', () => {
  const idsOf = (from: typeof template) => Object.keys(from.findResources('AWS::Lambda::Version'));
  const others = idsOf(templateOf(() => ({ memoryMiB: { Write: 1_024 } })));
  const added = others.filter((id) => !idsOf(template).includes(id));
  expect(added).toHaveLength(1);
  expect(added[0]).toMatch(/^FanoutFunctionsWriteFunction/);
});

test('versions of functions for transforms stay, too, and may be called', () => {
  const transformed = templateOf((stack: Construct) => ({
    transforms: {
      clean: new LambdaFunction(stack, 'Clean', {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => ({})'),
      }),
    },
  }));
  transformed.allResources('AWS::Lambda::Version', { DeletionPolicy: 'Retain' });
  const calls = (statementsByRole(transformed)['FanoutFunctionsWriteTableRole'] ?? []).filter(
    (line) => line.includes('lambda:InvokeFunction'),
  );
  expect(calls).toEqual(['Allow lambda:InvokeFunction on <Clean.Arn>:*']);
  expect(Object.keys(resourcesOf(transformed, 'AWS::Lambda::Version'))).toContain(
    'CleanCurrentVersion',
  );
});
