import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import type { SparseFanoutProps } from '#lib/sparse-fanout.ts';
import { templateOf } from '#support/synthesize.ts';

const EVERY_DAY = ScheduleExpression.rate(Duration.days(1));

describe('settings that no run could work with fail the synthesis with one sentence', () => {
  test.each<[SparseFanoutProps, string]>([
    [
      { requestDefaults: { output: { compresion: 'gzip' } } },
      'requestDefaults would be refused by every run: output has unknown keys "compresion"',
    ],
    [{ maxConcurrency: -5 }, 'maxConcurrency is -5, allowed are whole numbers from 1 to 10000'],
    [
      { reservedConcurrency: 0.5 },
      'reservedConcurrency is 0.5, allowed are whole numbers from 1 to 10000',
    ],
    [
      { memoryMiB: { Plan: 512 } },
      'memoryMiB.Plan is 512, allowed are whole numbers from 1769 to 10240; with less it was not tested',
    ],
    [
      { triggerSuffixes: [] },
      'triggerSuffixes is empty, so that no object starts a run; say startOnObjects: false, or give endings of keys',
    ],
    [
      { schedule: EVERY_DAY, scheduledRequest: { source: 'x.npz' } },
      'scheduledRequest would be refused by every run: source.uri must be an S3 URI',
    ],
    [
      { autoDeleteObjects: true },
      'autoDeleteObjects needs removalPolicy: RemovalPolicy.DESTROY, as objects are deleted with their bucket alone',
    ],
  ])('%#', (props, sentence) => {
    expect(() => templateOf(() => props)).toThrow(sentence);
  });

  test('as does memory of a step that there is not', () => {
    const memoryMiB: object = { Writer: 512 };
    expect(() => templateOf(() => ({ memoryMiB }))).toThrow(
      'memoryMiB has "Writer", allowed are Plan, Stage, Write,',
    );
  });

  test('as do security groups without a VPC', () => {
    const settings = (stack: Construct) => ({
      securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
    });
    expect(() => templateOf(settings)).toThrow('subnets and securityGroups need vpc');
  });
});

test('names that are known at deployment only are allowed in requests', () => {
  const settings = (stack: Construct) => {
    const { bucketName } = new Bucket(stack, 'Bucket');
    return {
      requestDefaults: { output: { uri: `s3://${bucketName}/all/`, mode: 'append' } },
      schedule: EVERY_DAY,
      scheduledRequest: { source: `s3://${bucketName}/<aws.scheduler.scheduled-time>/x.npz` },
    };
  };
  expect(() => templateOf(settings)).not.toThrow();
});

test('objects are deleted with their buckets only if that is asked for', () => {
  const removed = { removalPolicy: RemovalPolicy.DESTROY };
  templateOf(() => removed).resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  const all = templateOf(() => ({ ...removed, autoDeleteObjects: true }));
  all.resourceCountIs('Custom::S3AutoDeleteObjects', 3);
});
