import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';

const TEXT = '0123456789';
let fixture: S3Fixture;
beforeAll(async () => {
  fixture = await startS3Fixture();
  await fixture.s3.putObject({ Bucket: fixture.bucket, Key: 'digits', Body: TEXT });
  await fixture.s3.putObject({ Bucket: fixture.bucket, Key: 'empty', Body: new Uint8Array() });
});
afterAll(() => fixture.close());

async function readRange(Range: string, Key = 'digits') {
  const got = await fixture.s3.getObject({ Bucket: fixture.bucket, Key, Range });
  const status = got.$metadata.httpStatusCode;
  return { status, text: await got.Body?.transformToString(), range: got.ContentRange };
}

test('reads first to last, open and suffix ranges', async () => {
  expect(await readRange('bytes=2-4')).toEqual({ status: 206, text: '234', range: 'bytes 2-4/10' });
  expect(await readRange('bytes=7-')).toEqual({ status: 206, text: '789', range: 'bytes 7-9/10' });
  expect(await readRange('bytes=-3')).toEqual({ status: 206, text: '789', range: 'bytes 7-9/10' });
  expect(await readRange('bytes=8-99')).toMatchObject({ status: 206, text: '89' });
  expect(await readRange('bytes=-99')).toMatchObject({ status: 206, text: TEXT });
});

test('ignores ranges that are not one', async () => {
  for (const range of ['bytes=1-0', 'bytes=-', 'bytes=0-1,3-4', '0-1', 'lines=0-1']) {
    expect(await readRange(range)).toEqual({ status: 200, text: TEXT, range: undefined });
  }
});

test('fails with InvalidRange beyond the end', async () => {
  for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0']) {
    await expect(readRange(range)).rejects.toMatchObject({ name: 'InvalidRange' });
  }
  await expect(readRange('bytes=0-', 'empty')).rejects.toMatchObject({ name: 'InvalidRange' });
});

test('reads any range of a multipart object as the slice of its bytes', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'parts';
  const sizes = [5 * 1024 * 1024, 5 * 1024 * 1024 + 7, 11];
  const pieces = sizes.map((size, at) => Buffer.alloc(size, `part ${at} `));
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const Parts = [];
  for (const [at, Body] of pieces.entries()) {
    const PartNumber = at + 1;
    const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber, Body });
    Parts.push({ PartNumber, ETag });
  }
  await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
  const whole = Buffer.concat(pieces);
  const [first = 0, second = 0] = sizes;
  const near = fc.constantFrom(0, first - 1, first, first + second - 1, first + second);
  await fc.assert(
    fc.asyncProperty(near, fc.nat(20), fc.nat(600_000), async (edge, step, length) => {
      const start = Math.max(0, edge - step);
      const end = Math.min(whole.length - 1, start + length);
      const Range = `bytes=${start}-${end}`;
      const got = await s3.getObject({ Bucket, Key, Range });
      const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
      expect(bytes.equals(whole.subarray(start, end + 1))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('fails a read whose If-Match names another ETag', async () => {
  const { s3, bucket: Bucket } = fixture;
  const { ETag } = await s3.headObject({ Bucket, Key: 'digits' });
  const matching = await s3.getObject({ Bucket, Key: 'digits', IfMatch: ETag, Range: 'bytes=0-0' });
  expect(await matching.Body?.transformToString()).toBe('0');
  const other = s3.getObject({ Bucket, Key: 'digits', IfMatch: '"other"', Range: 'bytes=0-0' });
  await expect(other).rejects.toMatchObject({ name: 'PreconditionFailed' });
});
