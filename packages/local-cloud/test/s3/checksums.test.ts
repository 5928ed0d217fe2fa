import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ChecksumAlgorithm, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';
import { send, signRaw } from './raw-request.ts';

const ALGORITHMS = [
  ChecksumAlgorithm.CRC32,
  ChecksumAlgorithm.CRC32C,
  ChecksumAlgorithm.CRC64NVME,
  ChecksumAlgorithm.SHA1,
  ChecksumAlgorithm.SHA256,
];
const TEXT = 'some text to check, long enough for more than eight bytes at a time';

let fixture: S3Fixture;
beforeAll(async () => {
  fixture = await startS3Fixture();
});
afterAll(() => fixture.close());

async function put(input: Partial<PutObjectCommandInput>) {
  return fixture.s3.putObject({ Bucket: fixture.bucket, Key: 'key', Body: TEXT, ...input });
}

test.each(ALGORITHMS)('checks and echoes %s, sent in a header or behind a stream', async (name) => {
  const { s3, bucket: Bucket } = fixture;
  const whole = await put({ Key: name, ChecksumAlgorithm: name });
  const Body = Readable.from([TEXT.slice(0, 20), TEXT.slice(20)].map((text) => Buffer.from(text)));
  const streamed = await put({
    Key: name,
    Body,
    ContentLength: TEXT.length,
    ChecksumAlgorithm: name,
  });
  const member = `Checksum${name}` as const;
  expect(Reflect.get(streamed, member)).toBe(Reflect.get(whole, member));
  const got = await s3.getObject({ Bucket, Key: name, ChecksumMode: 'ENABLED' });
  expect(await got.Body?.transformToString()).toBe(TEXT);
  expect(Reflect.get(got, member)).toBe(Reflect.get(whole, member));
  expect(got.ChecksumType).toBe('FULL_OBJECT');
});

test('gives an object without a checksum CRC64NVME', async () => {
  const client = fixture.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
  const Bucket = fixture.bucket;
  await client.putObject({ Bucket, Key: 'plain', Body: TEXT });
  const head = await client.headObject({ Bucket, Key: 'plain', ChecksumMode: 'ENABLED' });
  const { ChecksumCRC64NVME } = await put({ ChecksumAlgorithm: 'CRC64NVME' });
  expect(head.ChecksumCRC64NVME).toBe(ChecksumCRC64NVME);
});

test('fails with BadDigest when checksum or Content-MD5 do not match, and stores nothing', async () => {
  await expect(put({ Key: 'bad', ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
    name: 'BadDigest',
  });
  const ContentMD5 = createHash('md5').update('other').digest('base64');
  await expect(put({ Key: 'bad', ContentMD5 })).rejects.toMatchObject({ name: 'BadDigest' });
  await expect(put({ Key: 'bad', ContentMD5: 'xx' })).rejects.toMatchObject({
    name: 'InvalidDigest',
  });
  const { Contents = [] } = await fixture.s3.listObjectsV2({
    Bucket: fixture.bucket,
    Prefix: 'bad',
  });
  expect(Contents).toEqual([]);
});

test('fails when the body is not the one whose SHA-256 was signed', async () => {
  const hash = createHash('sha256').update('signed').digest('hex');
  const headers = { 'x-amz-content-sha256': hash, 'content-length': '6' };
  const path = `/${fixture.bucket}/signed`;
  const signed = await signRaw(fixture.endpoint, { method: 'PUT', path, headers, body: 'signed' });
  expect((await send(fixture, signed)).status).toBe(200);
  const forged = await send(fixture, { ...signed, body: 'forged' });
  expect(forged).toMatchObject({ status: 400 });
  expect(forged.body).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
});

test('fails when a trailer does not match, a frame is broken, or bytes are missing', async () => {
  const headers = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '5',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
  };
  const path = `/${fixture.bucket}/framed`;
  const put = async (body: string) =>
    send(fixture, await signRaw(fixture.endpoint, { method: 'PUT', path, headers, body }));
  const trailer = 'x-amz-checksum-crc32:NhCmhg==\r\n\r\n';
  expect(await put(`2\r\nhe\r\n3\r\nllo\r\n0\r\n${trailer}`)).toMatchObject({ status: 200 });
  const wrong = await put('5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');
  expect(wrong.body).toContain('<Code>BadDigest</Code>');
  const broken = await put(`zz\r\nhello\r\n0\r\n${trailer}`);
  expect(broken.body).toContain('<Code>InvalidRequest</Code>');
  const short = await put(`4\r\nhell\r\n0\r\n${trailer}`);
  expect(short.body).toContain('<Code>IncompleteBody</Code>');
  const cut = await put('5\r\nhel');
  expect(cut.body).toContain('<Code>IncompleteBody</Code>');
  const { Body, ContentEncoding } = await fixture.s3.getObject({
    Bucket: fixture.bucket,
    Key: 'framed',
  });
  expect(await Body?.transformToString()).toBe('hello');
  expect(ContentEncoding).toBeUndefined();
});
