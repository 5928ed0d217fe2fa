import { afterAll } from 'vitest';
import { BucketContents } from '#support/bucket-contents.ts';
import { startLocalServices } from '#support/local-services.ts';

/** Starts the local services for the tests of one file, and closes them after those. */
export async function servedBucket() {
  const services = await startLocalServices();
  afterAll(() => services.close());
  return { services, bucket: new BucketContents(services) };
}
