import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { SparseFanout } from '#lib/sparse-fanout.ts';
import { definitionOf, templateOf } from '#support/synthesize.ts';

/** A stack of an app that has no feature flags, as one that is older than they are. */
function oldStack(): Stack {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'));
  return new Stack(new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } }), 'Test');
}

test('the workflow and the buckets are the same without any feature flag of the CDK', () => {
  const stack = oldStack();
  new SparseFanout(stack, 'Fanout');
  const template = Template.fromStack(stack);
  expect(JSON.stringify(definitionOf(template))).toContain('"ResultWriter"');
  expect(definitionOf(template)).toEqual(definitionOf(templateOf()));
  const type = 'AWS::S3::Bucket';
  expect(template.findResources(type)).toEqual(templateOf().findResources(type));
});

test('two instances stand in one stack, and share nothing', () => {
  const stack = oldStack();
  const [one, two] = [new SparseFanout(stack, 'One'), new SparseFanout(stack, 'Two')];
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
  template.resourceCountIs('AWS::S3::Bucket', 6);
  const names = Object.values(template.findResources('AWS::Logs::LogGroup')).map(({ Properties }) =>
    JSON.stringify(Properties.LogGroupName),
  );
  const own = names.filter((name) => name?.includes('/aws/vendedlogs/states/'));
  expect(new Set(own).size).toBe(2);
  expect(one.metricChunksWritten().dimensions).not.toEqual(two.metricChunksWritten().dimensions);
});
