import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { TRANSFORM_NAME } from '#core/contract.ts';
import { KEYS } from './key-patterns.ts';
import { allow, createsWhole, ENCRYPT, type Permission, reads, useOf } from './permissions.ts';

/** Functions by the names that requests call them by. */
export type Transforms = Readonly<Record<string, LambdaFunction>>;

/** @throws {Error} a name is none that a request could give, or a function has no role. */
export function assertTransforms(transforms: Transforms): void {
  for (const [name, { role }] of Object.entries(transforms)) {
    if (!TRANSFORM_NAME.test(name)) {
      throw new Error(
        `transforms has ${JSON.stringify(name)}, allowed are names of a letter, then letters, digits, hyphens and underscores, 64 at most`,
      );
    }
    if (role === undefined) {
      throw new Error(`transforms.${name} has no role that could get its permissions; give it one`);
    }
  }
}

/**
 * ARNs of the published versions by the names of the functions. They stay when others are
 * published, for runs that began with them.
 */
function versionArns(transforms: Transforms): Readonly<Record<string, string>> {
  const versions = Object.entries(transforms).map(([name, { currentVersion }]) => {
    currentVersion.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return [name, currentVersion.functionArn] as const;
  });
  return Object.fromEntries(versions);
}

/** The same as JSON, for the environment of a function. */
export function transformsJson(stack: Stack, transforms: Transforms): string {
  const isEmpty = Object.keys(transforms).length === 0;
  return isEmpty ? '{}' : stack.toJsonString(versionArns(transforms));
}

/** What a step does that gives rows to functions; nothing where there are none. */
export function callsTransforms(
  outputBucket: IBucket,
  transforms: Transforms,
): readonly Permission[] {
  const resources = Object.values(transforms).map(({ functionArn }) => `${functionArn}:*`);
  if (resources.length === 0) return [];
  return [
    {
      reason: 'calls the functions of transforms, by their published versions alone',
      actions: ['lambda:InvokeFunction'],
      resources,
    },
    createsWhole(outputBucket, KEYS.transformInputs, 'gives rows to the functions of transforms'),
    reads(outputBucket, KEYS.transformOutputs, 'reads what the functions of transforms made'),
  ];
}

/**
 * Lets the functions read the rows that they are given and write what they make of them, and
 * nothing else of the output bucket.
 */
export function allowTransforms(
  { outputBucket, transforms }: { outputBucket: IBucket; transforms: Transforms },
  keys: readonly IKey[],
): void {
  const used = new Set([outputBucket.encryptionKey, ...keys]);
  for (const handler of Object.values(transforms)) {
    const { role } = handler;
    if (role === undefined) continue;
    allow(role, [
      reads(outputBucket, KEYS.transformInputs, 'reads the rows of any chunk that it is given'),
      {
        reason: 'writes what it makes of the rows of any chunk',
        actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
        resources: [outputBucket.arnForObjects(KEYS.transformOutputs)],
      },
      ...[...used].flatMap((key) => useOf(key, ENCRYPT, 'the output is encrypted')),
    ]);
  }
}
