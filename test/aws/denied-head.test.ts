import { AccessDenied } from '@sparse-fanout/local-cloud/authorization.ts';
import { type S3Fixture, startS3Fixture } from '@sparse-fanout/local-cloud/testing/s3-fixture.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pinSource } from '#aws/s3-source.ts';
import { headObject } from '#aws/stored-object.ts';

let fixture: S3Fixture;
let requests = 0;

beforeAll(async () => {
  fixture = await startS3Fixture({
    authorize: ({ action, resource }) => {
      requests += 1;
      const isDenied = action === 's3:ListBucket' || resource.endsWith('/secret');
      if (isDenied) throw new AccessDenied(`role tester may not ${action} on ${resource}`);
    },
  });
  await fixture.s3.putObject({ Bucket: fixture.bucket, Key: 'open', Body: 'x' });
});
afterAll(() => fixture.close());

it('fails with the role, action and resource, which the answer to a HEAD does not have', async () => {
  const { s3, bucket } = fixture;
  await expect(headObject(s3, bucket, 'secret')).rejects.toMatchObject({
    name: 'AccessDeniedError',
    message: expect.stringContaining(
      `role tester may not s3:GetObject on arn:aws:s3:::${bucket}/secret`,
    ),
  });
});

it('fails in the same way for a missing key if the role may not list', async () => {
  const { s3, bucket } = fixture;
  await expect(pinSource(s3, { uri: `s3://${bucket}/missing` })).rejects.toMatchObject({
    name: 'AccessDeniedError',
    message: expect.stringContaining(`role tester may not s3:ListBucket on arn:aws:s3:::${bucket}`),
  });
});

it('sends one HEAD for an object that may be read', async () => {
  requests = 0;
  expect(await headObject(fixture.s3, fixture.bucket, 'open')).toMatchObject({ bytes: 1 });
  expect(requests).toBe(1);
});
