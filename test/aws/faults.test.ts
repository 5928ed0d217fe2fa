import { PutObjectCommand } from '@aws-sdk/client-s3';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { chooseFault, type FaultKind } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '#aws/ledger.ts';
import { readLines, readText } from '#aws/objects.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import { headObject } from '#aws/stored-object.ts';
import { ServiceUnavailableError, ThrottledError } from '#core/errors.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

const faults = new FaultInjector(() => undefined);
let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices(faults);
  const { s3, bucket } = services;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'text', Body: 'one\ntwo\n' }));
});
afterEach(() => faults.end('all'));
afterAll(() => services.close());

/** Spoils every request from now on, or as many as `rate` says. */
function spoil(kind: FaultKind, { rate = 1, seed = 1 } = {}): void {
  faults.begin({ name: 'all', seed, kinds: [kind], rate, about: [''] });
}

const runId = '0'.repeat(32);

describe('objects', () => {
  it.each(['s3-truncated-body', 's3-clock-skew', 's3-internal-error'] as const)(
    'fails with a retried error on %s',
    async (kind) => {
      const { s3, bucket } = services;
      spoil(kind);
      await expect(readText(s3, bucket, 'text')).rejects.toThrow(ServiceUnavailableError);
      const lines = Array.fromAsync(readLines(s3, bucket, 'text'));
      await expect(lines).rejects.toThrow(ServiceUnavailableError);
    },
  );

  it('fails with a retried error when S3 asks to slow down', async () => {
    spoil('s3-slow-down');
    await expect(readText(services.s3, services.bucket, 'text')).rejects.toThrow(ThrottledError);
  });
});

describe('headObject', () => {
  const head = () => headObject(services.s3, services.bucket, 'text');

  it('fails with a retried error when the clocks differ for a moment', async () => {
    const rate = 0.5;
    const request = { operation: 's3 HEAD', kinds: ['s3-clock-skew'] as const, subject: '' };
    const plan = { name: 'all', kinds: request.kinds, rate, about: [''] };
    const isFirstOnly = (seed: number) =>
      chooseFault({ ...plan, seed }, request, 0) !== undefined &&
      chooseFault({ ...plan, seed }, request, 1) === undefined &&
      chooseFault({ ...plan, seed }, { ...request, operation: 's3 GET' }, 0) === undefined;
    let seed = 0;
    while (!isFirstOnly(seed)) seed += 1;
    spoil('s3-clock-skew', { rate, seed });
    await expect(head()).rejects.toThrow(ServiceUnavailableError);
  });

  it('fails with a retried error when the clocks stay different', async () => {
    spoil('s3-clock-skew');
    await expect(head()).rejects.toThrow(ServiceUnavailableError);
  });
});

describe('s3Source', () => {
  it('fails with a retried error when its reads break off again and again', async () => {
    const uri = `s3://${services.bucket}/text`;
    const source = s3Source(services.s3, await pinSource(services.s3, { uri }));
    spoil('s3-truncated-body');
    await expect(source.read({ offset: 0, length: 8 })).rejects.toThrow(ServiceUnavailableError);
  });
});

describe('Ledger', () => {
  const started = () => {
    const ledger = new Ledger(services.dynamo, services.table, runId, () => new Date());
    return ledger.start({ index: 0, rowStart: 0, rowEnd: 1 });
  };

  it.each(['dynamodb-internal-error', 'dynamodb-clock-skew', 'dynamodb-lost-response'] as const)(
    'fails with a retried error on %s',
    async (kind) => {
      spoil(kind);
      await expect(started()).rejects.toThrow(ServiceUnavailableError);
    },
  );

  it('fails with a retried error when DynamoDB throttles', async () => {
    spoil('dynamodb-throttled');
    await expect(started()).rejects.toThrow(ThrottledError);
  });
});
