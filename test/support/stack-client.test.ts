import { beforeAll, describe, expect, it } from 'vitest';
import { goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.shared();
});

describe('an execution that must succeed', () => {
  it('fails a test with the error and the cause of its own end', async () => {
    const request = { source: `s3://${stack.output('SourceBucketName')}/nowhere` };
    await expect(stack.runToSuccess(request)).rejects.toThrow(
      /^\S+ ended FAILED, SourceNotFoundError: .*nowhere/,
    );
  });

  it('fails a test with the errors of the writers, where one of them failed', async () => {
    const source = await stack.putSource('told', goldenBytes('invalid/index-too-big.npz'));
    await expect(stack.runToSuccess({ source, chunking: { rows: 1 } })).rejects.toThrow(
      /ended FAILED, States\.ExceedToleratedFailureThreshold: .*\n {2}child \S+ ended FAILED, CorruptSourceError: .*column/,
    );
  });
});
