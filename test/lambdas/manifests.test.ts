import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLatest } from '#aws/manifests.ts';
import { ManifestError } from '#core/errors.ts';
import { manifestKey } from '#core/run/output-keys.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

/** More than the client has connections. */
const READS = 70;

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

it('fails on a damaged manifest as often as it is read, and keeps no connection', async () => {
  const { s3, bucket } = services;
  const output = { bucket, prefix: 'damaged/' };
  // Longer than what arrives at once, so that the rest is under way when the first line is refused.
  const Body = `{"format":"other"}\n${'x'.repeat(2_000_000)}`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: manifestKey(output.prefix), Body }));
  for (let read = 0; read < READS; read += 1) {
    const reading = readLatest(s3, output, new AbortController().signal);
    await expect(reading).rejects.toThrow(ManifestError);
  }
});
