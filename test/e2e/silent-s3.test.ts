import { PutObjectCommand } from '@aws-sdk/client-s3';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import type { Fault, FaultyRequest } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';

/** The longest silence of a fault is 2 s: this is two minutes of it, more than any run waits. */
const TWO_MINUTES = 60;

/** Accepts the first request of each kind, and says nothing. */
class SilentOnce extends FaultInjector {
  readonly silenced: string[] = [];

  constructor() {
    super(() => undefined);
  }

  override faultOf({ operation, subject }: FaultyRequest): Fault | undefined {
    const name = `${operation} of ${/data\/chunk|_plan\/source/.exec(subject)?.[0]}`;
    if (!/^s3 (PUT of data|GET of _plan)/.test(name) || this.silenced.includes(name)) return;
    this.silenced.push(name);
    return { kind: 's3-hang', degree: TWO_MINUTES };
  }
}

const faults = new SilentOnce();
let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start(undefined, faults);
});
afterAll(() => stack.close());

it('an S3 that accepts and says nothing costs a writer a minute at most, twice here', {
  timeout: patience(100_000),
}, async () => {
  const place = { Bucket: stack.output('SourceBucketName'), Key: 'silent/x.npz.quiet' };
  const Body = goldenBytes('inputs/dtype-int64.npz');
  await stack.s3.send(new PutObjectCommand({ ...place, Body }));
  const source = `s3://${place.Bucket}/${place.Key}`;
  const startedAt = Date.now();
  await stack.runToSuccess({ source, chunking: { rows: 100 } });
  const seconds = (Date.now() - startedAt) / 1000;
  expect(faults.silenced).toEqual(['s3 GET of _plan/source', 's3 PUT of data/chunk']);
  expect(seconds).toBeGreaterThan(2 * 30);
  expect(seconds).toBeLessThan(2 * 60);
});
