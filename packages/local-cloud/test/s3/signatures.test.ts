import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TESTER } from '#local/testing/s3-client.ts';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';
import { createSigner, send, signRaw } from './raw-request.ts';

const MINUTE = 60_000;
let fixture: S3Fixture;
beforeAll(async () => {
  fixture = await startS3Fixture();
  await fixture.s3.putObject({ Bucket: fixture.bucket, Key: 'a b+c/ü', Body: 'text' });
});
afterAll(() => fixture.close());

const PATH = '/test-bucket/a%20b%2Bc/%C3%BC';

function presign(signingDate: Date, expiresIn: number) {
  const { host, hostname } = new URL(fixture.endpoint);
  return createSigner()
    .presign(
      {
        method: 'GET',
        protocol: 'https:',
        hostname,
        path: PATH,
        headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { signingDate, expiresIn },
    )
    .then(({ query = {} }) => `${PATH}?${new URLSearchParams(Object(query))}`);
}

test('fails for a wrong secret, an unknown key and another region', async () => {
  const list = (config: object) => fixture.client(config).listBuckets({});
  const secret = { ...TESTER, secretAccessKey: 'wrong' };
  await expect(list({ credentials: secret })).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
  const unknown = { ...TESTER, accessKeyId: 'AKIANOBODY' };
  await expect(list({ credentials: unknown })).rejects.toMatchObject({
    name: 'InvalidAccessKeyId',
  });
  await expect(list({ region: 'eu-central-1' })).rejects.toMatchObject({
    name: 'AuthorizationHeaderMalformed',
  });
});

test('fails without a signature, or when it is more than 15 minutes off', async () => {
  const anonymous = await send(fixture, { method: 'GET', path: PATH });
  expect(anonymous).toMatchObject({ status: 403 });
  expect(anonymous.body).toContain('<Code>AccessDenied</Code>');
  for (const minutes of [-16, 16]) {
    const date = new Date(Date.now() + minutes * MINUTE);
    const signed = await signRaw(fixture.endpoint, { method: 'GET', path: PATH }, date);
    expect((await send(fixture, signed)).body).toContain('<Code>RequestTimeTooSkewed</Code>');
  }
  const date = new Date(Date.now() - 14 * MINUTE);
  const signed = await signRaw(fixture.endpoint, { method: 'GET', path: PATH }, date);
  expect(await send(fixture, signed)).toMatchObject({ status: 200, body: 'text' });
});

test('fails when path, query or a header was changed after signing', async () => {
  const signed = await signRaw(fixture.endpoint, { method: 'GET', path: PATH });
  const changed = [
    { ...signed, path: '/test-bucket/other' },
    { ...signed, path: `${PATH}?versionId=null` },
    { ...signed, method: 'DELETE' },
  ];
  for (const message of changed) {
    expect((await send(fixture, message)).body).toContain('<Code>SignatureDoesNotMatch</Code>');
  }
  const added = { ...signed, headers: { ...signed.headers, 'x-amz-acl': 'private' } };
  expect((await send(fixture, added)).body).toContain(
    '<HeadersNotSigned>x-amz-acl</HeadersNotSigned>',
  );
});

test('takes presigned URLs until they expire', async () => {
  const fresh = await presign(new Date(), 60);
  expect(await send(fixture, { method: 'GET', path: fresh })).toMatchObject({ body: 'text' });
  const forged = await send(fixture, { method: 'GET', path: fresh.replace('%C3%BC', 'u') });
  expect(forged.body).toContain('<Code>SignatureDoesNotMatch</Code>');
  const old = await presign(new Date(Date.now() - 2 * MINUTE), 60);
  const expired = await send(fixture, { method: 'GET', path: old });
  expect(expired).toMatchObject({ status: 403 });
  expect(expired.body).toContain('<Message>Request has expired</Message>');
});

/** Frames a body as signed chunks, continuing from the signature of the request. */
function signChunks(authorization: string, date: string, chunks: readonly string[]): string {
  const day = date.slice(0, 8);
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const key = [day, 'us-east-1', 's3', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${TESTER.secretAccessKey}`,
  );
  let previous = authorization.split('Signature=')[1] ?? '';
  const frames = [...chunks, ''].map((chunk) => {
    const lines = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      date,
      `${day}/us-east-1/s3/aws4_request`,
      previous,
      sha256(''),
      sha256(chunk),
    ];
    previous = hmac(key, lines.join('\n')).toString('hex');
    return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`;
  });
  return frames.join('');
}

test('takes bodies of signed chunks, and no chunk that was changed', async () => {
  const path = '/test-bucket/chunks';
  const headers = {
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '10',
  };
  const signed = await signRaw(fixture.endpoint, { method: 'PUT', path, headers });
  const { authorization = '', 'x-amz-date': date = '' } = signed.headers ?? {};
  const body = signChunks(authorization, date, ['hello', 'world']);
  expect(await send(fixture, { ...signed, body })).toMatchObject({ status: 200 });
  const { Body } = await fixture.s3.getObject({ Bucket: fixture.bucket, Key: 'chunks' });
  expect(await Body?.transformToString()).toBe('helloworld');
  const forged = await send(fixture, { ...signed, body: body.replace('world', 'mundo') });
  expect(forged.body).toContain('<Code>SignatureDoesNotMatch</Code>');
});
