import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AccessDenied, type ServiceCall } from '#local/authorization.ts';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';

const calls: ServiceCall[] = [];
const denied = new Set<string>();
let fixture: S3Fixture;

beforeAll(async () => {
  fixture = await startS3Fixture({
    authorize: (call) => {
      calls.push(call);
      if (!denied.has(call.action)) return;
      throw new AccessDenied(`${call.accessKeyId} may not ${call.action} on ${call.resource}`);
    },
  });
});
afterAll(() => fixture.close());
beforeEach(() => {
  denied.clear();
  calls.length = 0;
});

const asked = () => calls.map(({ action, resource }) => `${action} ${resource}`);
const OBJECT = 'arn:aws:s3:::test-bucket/k';

test('asks for the actions of AWS on the ARNs of AWS', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'k';
  await s3.putObject({ Bucket, Key, Body: 'text', IfNoneMatch: '*' });
  expect(calls[0]?.context).toMatchObject({
    'aws:SecureTransport': 'true',
    's3:TlsVersion': '1.3',
    's3:if-none-match': '*',
  });
  await s3.headObject({ Bucket, Key });
  await s3.listObjectsV2({ Bucket, Prefix: 'k' });
  expect(calls.at(-1)?.context).toMatchObject({ 's3:prefix': 'k' });
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const CopySource = `${Bucket}/k`;
  await s3.uploadPartCopy({ Bucket, Key, UploadId, PartNumber: 1, CopySource });
  await s3.listParts({ Bucket, Key, UploadId });
  await s3.abortMultipartUpload({ Bucket, Key, UploadId });
  await s3.deleteObject({ Bucket, Key });
  expect(asked()).toEqual([
    `s3:PutObject ${OBJECT}`,
    `s3:GetObject ${OBJECT}`,
    's3:ListBucket arn:aws:s3:::test-bucket',
    `s3:PutObject ${OBJECT}`,
    `s3:PutObject ${OBJECT}`,
    `s3:GetObject ${OBJECT}`,
    `s3:ListMultipartUploadParts ${OBJECT}`,
    `s3:AbortMultipartUpload ${OBJECT}`,
    `s3:DeleteObject ${OBJECT}`,
  ]);
});

test('asks for a permission of its own when a version is named, even the only one', async () => {
  const { s3, bucket: Bucket } = fixture;
  await s3.putObject({ Bucket, Key: 'k' });
  calls.length = 0;
  await s3.headObject({ Bucket, Key: 'k', VersionId: 'null' });
  await s3.getObject({ Bucket, Key: 'k', VersionId: 'null' });
  expect(asked()).toEqual([`s3:GetObjectVersion ${OBJECT}`, `s3:GetObjectVersion ${OBJECT}`]);
  await s3.deleteObject({ Bucket, Key: 'k' });
});

test('fails with AccessDenied and its reason, and does nothing', async () => {
  const { s3, bucket: Bucket } = fixture;
  denied.add('s3:PutObject');
  await expect(s3.putObject({ Bucket, Key: 'k', Body: 'text' })).rejects.toMatchObject({
    name: 'AccessDenied',
    message: `AKIATESTER may not s3:PutObject on ${OBJECT}`,
    $metadata: { httpStatusCode: 403 },
  });
  const { KeyCount } = await s3.listObjectsV2({ Bucket });
  expect(KeyCount).toBe(0);
});

test('fails with 403 rather than 404 when the caller may not list the bucket', async () => {
  const { s3, bucket: Bucket } = fixture;
  const head = () => s3.headObject({ Bucket, Key: 'missing' });
  await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  denied.add('s3:ListBucket');
  await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  await expect(s3.getObject({ Bucket, Key: 'missing' })).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

test('fails a copy whose source may not be read', async () => {
  const { s3, bucket: Bucket } = fixture;
  await s3.putObject({ Bucket, Key: 'source', Body: 'text' });
  denied.add('s3:GetObject');
  const copy = s3.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/source` });
  await expect(copy).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('reports for each key whether it could be deleted', async () => {
  const { s3, bucket: Bucket } = fixture;
  denied.add('s3:DeleteObject');
  const { Errors } = await s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'k' }] } });
  expect(Errors).toMatchObject([{ Key: 'k', Code: 'AccessDenied' }]);
});
