import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareKeys } from '#local/s3/key-index.ts';
import type { ObjectCreated } from '#local/s3/object-store.ts';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';

const events: ObjectCreated[] = [];
let fixture: S3Fixture;
beforeAll(async () => {
  fixture = await startS3Fixture({ objectCreated: (event) => events.push(event) });
});
afterAll(() => fixture.close());

async function read(key: string): Promise<string> {
  const { Body } = await fixture.s3.getObject({ Bucket: fixture.bucket, Key: key });
  return (await Body?.transformToString()) ?? '';
}

test('gives back bytes, type, encoding and metadata as they were put', async () => {
  const { s3, bucket: Bucket } = fixture;
  const body = randomBytes(3_000_000);
  const put = await s3.putObject({
    Bucket,
    Key: 'a',
    Body: body,
    ContentType: 'text/csv',
    ContentEncoding: 'gzip',
    CacheControl: 'no-store',
    Metadata: { 'content-crc32': 'abc' },
  });
  const got = await s3.getObject({ Bucket, Key: 'a' });
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(body);
  expect(got).toMatchObject({
    ETag: put.ETag,
    ContentLength: 3_000_000,
    ContentType: 'text/csv',
    ContentEncoding: 'gzip',
    CacheControl: 'no-store',
    Metadata: { 'content-crc32': 'abc' },
  });
  const head = await s3.headObject({ Bucket, Key: 'a' });
  expect(head).toMatchObject({ ETag: put.ETag, ContentLength: 3_000_000 });
});

test('keeps hostile keys apart and inside its directory', async () => {
  const keys = [
    '../../escape',
    'a/../b',
    'a//b',
    '/a',
    'a/',
    '.',
    '..',
    'bucket.json',
    'ünïcödé/雪/😀',
    'with space+plus%25',
    'quote"<&>\'',
    'x'.repeat(1024),
    'line\nbreak\r',
  ];
  const { s3, bucket: Bucket } = fixture;
  for (const Key of keys) await s3.putObject({ Bucket, Key, Body: `body of ${Key}` });
  for (const Key of keys) expect(await read(Key)).toBe(`body of ${Key}`);
  const { Contents } = await s3.listObjectsV2({ Bucket });
  const listed = Contents?.map(({ Key }) => Key);
  expect(listed).toEqual(expect.arrayContaining(keys));
  await s3.deleteObjects({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } });
});

test('fails to take a key of more than 1,024 bytes', async () => {
  const put = fixture.s3.putObject({
    Bucket: fixture.bucket,
    Key: 'é'.repeat(513),
    Body: new Uint8Array(),
  });
  await expect(put).rejects.toMatchObject({ name: 'KeyTooLongError' });
});

test('lists pages of any size to the same keys, in the order of their UTF-8 bytes', async () => {
  const { s3, server } = fixture;
  const Bucket = 'listed-bucket';
  await server().createBucket(Bucket);
  const keys = ['a', 'a/b', 'a/c/d', 'a/c/e', 'b\u{ffff}', 'b\u{1f600}', 'c/', 'c/1', 'd'];
  for (const Key of keys.toReversed()) await s3.putObject({ Bucket, Key, Body: Key });
  const sorted = keys.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
  for (const MaxKeys of [1, 2, 3, 1000]) {
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.listObjectsV2({ Bucket, MaxKeys, ContinuationToken });
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(seen).toEqual(sorted);
  }
  const grouped = await s3.listObjectsV2({ Bucket, Delimiter: '/', StartAfter: 'a' });
  expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'a/' }, { Prefix: 'c/' }]);
  expect(grouped.Contents?.map(({ Key }) => Key)).toEqual(['b\u{ffff}', 'b\u{1f600}', 'd']);
  const nested = await s3.listObjectsV2({ Bucket, Prefix: 'a/', Delimiter: '/' });
  expect(nested).toMatchObject({ CommonPrefixes: [{ Prefix: 'a/c/' }], KeyCount: 2 });
  const encoded = await s3.listObjectsV2({ Bucket, Prefix: 'b', EncodingType: 'url' });
  expect(encoded.Contents?.map(({ Key }) => Key)).toEqual(['b%EF%BF%BF', 'b%F0%9F%98%80']);
});

test('copies an object with or without its metadata, and deletes several at once', async () => {
  const { s3, bucket: Bucket } = fixture;
  await s3.putObject({ Bucket, Key: 'from', Body: 'text', Metadata: { kept: 'yes' } });
  await s3.copyObject({ Bucket, Key: 'to', CopySource: `${Bucket}/from` });
  expect((await s3.headObject({ Bucket, Key: 'to' })).Metadata).toEqual({ kept: 'yes' });
  const itself = s3.copyObject({ Bucket, Key: 'to', CopySource: `${Bucket}/to` });
  await expect(itself).rejects.toMatchObject({ name: 'InvalidRequest' });
  const Delete = { Objects: [{ Key: 'from' }, { Key: 'to' }, { Key: 'never there' }] };
  const { Deleted } = await s3.deleteObjects({ Bucket, Delete });
  expect(Deleted?.map(({ Key }) => Key)).toEqual(['from', 'to', 'never there']);
  await expect(read('to')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('finishes a read of an object that is overwritten and deleted meanwhile', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'replaced';
  const pieces = [randomBytes(8 * 1024 * 1024), randomBytes(8 * 1024 * 1024)];
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const Parts = [];
  for (const [at, Body] of pieces.entries()) {
    const PartNumber = at + 1;
    const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber, Body });
    Parts.push({ PartNumber, ETag });
  }
  await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
  const { Body } = await s3.getObject({ Bucket, Key });
  await s3.putObject({ Bucket, Key, Body: 'new' });
  await s3.deleteObject({ Bucket, Key });
  const read = Buffer.from((await Body?.transformToByteArray()) ?? []);
  expect(read.equals(Buffer.concat(pieces))).toBe(true);
});

test('reports each commit, with sequencers that rise', async () => {
  const { s3, bucket: Bucket } = fixture;
  events.length = 0;
  await s3.putObject({ Bucket, Key: 'one', Body: '1' });
  await s3.copyObject({ Bucket, Key: 'two', CopySource: `${Bucket}/one` });
  await s3.putObject({ Bucket, Key: 'one', Body: '2', IfNoneMatch: '*' }).catch(() => {});
  expect(events.map(({ key, reason, size }) => ({ key, reason, size }))).toEqual([
    { key: 'one', reason: 'PutObject', size: 1 },
    { key: 'two', reason: 'CopyObject', size: 1 },
  ]);
  expect(events[0]!.sequencer < events[1]!.sequencer).toBe(true);
});

test('stores nothing of a body that is cut off', async () => {
  const { s3, bucket: Bucket } = fixture;
  const abort = new AbortController();
  async function* halfBody() {
    yield Buffer.alloc(100_000);
    setTimeout(() => abort.abort(), 50);
    await new Promise(() => {});
  }
  const put = s3.putObject(
    { Bucket, Key: 'cut', Body: Readable.from(halfBody()), ContentLength: 200_000 },
    { abortSignal: abort.signal },
  );
  await expect(put).rejects.toMatchObject({ name: 'AbortError' });
  await expect(read('cut')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('the order of keys is that of their UTF-8 bytes', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (x, y) => {
      const expected = Buffer.compare(Buffer.from(x), Buffer.from(y));
      expect(Math.sign(compareKeys(x, y))).toBe(expected);
    }),
  );
});
