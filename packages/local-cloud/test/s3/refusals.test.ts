import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';
import { send, signRaw } from './raw-request.ts';

let fixture: S3Fixture;
beforeAll(async () => {
  fixture = await startS3Fixture();
  await fixture.s3.putObject({ Bucket: fixture.bucket, Key: 'k', Body: 'text' });
});
afterAll(() => fixture.close());

test.each([
  ['PutBucketAcl', 'PUT', '/test-bucket?acl='],
  ['GetBucketAcl', 'GET', '/test-bucket?acl='],
  ['ListObjects', 'GET', '/test-bucket'],
  ['DeleteBucket', 'DELETE', '/test-bucket'],
  ['GetObjectTagging', 'GET', '/test-bucket/k?tagging='],
  ['GetObject with the parameter response-expires', 'GET', '/test-bucket/k?response-expires=0'],
])('fails with NotImplemented naming %s', async (name, method, path) => {
  const answer = await send(fixture, await signRaw(fixture.endpoint, { method, path }));
  expect(answer).toMatchObject({ status: 501 });
  expect(answer.body).toContain(`<Message>${name} is not implemented by this server</Message>`);
});

test.each([
  ['x-amz-tagging', 'a=b'],
  ['x-amz-server-side-encryption', 'aws:kms'],
  ['x-amz-acl', 'public-read'],
  ['x-amz-storage-class', 'GLACIER'],
  ['x-amz-expected-bucket-owner', '111111111111'],
])('fails with NotImplemented naming the header %s: %s', async (header, value) => {
  const headers = { [header]: value };
  const path = '/test-bucket/new';
  const message = { method: 'PUT', path, headers, body: 'text' };
  const answer = await send(fixture, await signRaw(fixture.endpoint, message));
  expect(answer).toMatchObject({ status: 501 });
  expect(answer.body).toContain(`<Header>${header}</Header>`);
});

test('fails on a document type in a body, expanding nothing', async () => {
  const body = '<!DOCTYPE a [<!ENTITY b "boom">]><Delete><Object><Key>&b;</Key></Object></Delete>';
  const headers = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const path = '/test-bucket?delete=';
  const wrongMd5 = await signRaw(fixture.endpoint, { method: 'POST', path, headers, body });
  expect((await send(fixture, wrongMd5)).body).toContain('<Code>BadDigest</Code>');
  const md5 = createHash('md5').update(body).digest('base64');
  const message = { method: 'POST', path, headers: { 'content-md5': md5 }, body };
  const answer = await send(fixture, await signRaw(fixture.endpoint, message));
  expect(answer.body).toContain('<Code>MalformedXML</Code>');
});

test('fails with NoSuchBucket and InvalidBucketName', async () => {
  const { s3 } = fixture;
  await expect(s3.getObject({ Bucket: 'nowhere', Key: 'k' })).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  await expect(s3.putObject({ Bucket: 'nowhere', Key: 'k', Body: 'text' })).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  const path = '/Not_A_Bucket';
  const answer = await send(fixture, await signRaw(fixture.endpoint, { method: 'PUT', path }));
  expect(answer.body).toContain('<Code>InvalidBucketName</Code>');
});

test('makes, finds and lists buckets', async () => {
  const { s3 } = fixture;
  await s3.createBucket({ Bucket: 'made-by-client' });
  await s3.headBucket({ Bucket: 'made-by-client' });
  const { Buckets } = await s3.listBuckets({});
  expect(Buckets?.map(({ Name }) => Name)).toEqual(['made-by-client', 'test-bucket']);
  await expect(s3.headBucket({ Bucket: 'nowhere' })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
});
