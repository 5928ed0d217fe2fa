import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';

const MIB = 1024 * 1024;
let fixture: S3Fixture;
beforeAll(async () => {
  fixture = await startS3Fixture();
});
afterAll(() => fixture.close());

function crc32Base64(bytes: Uint8Array): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(crc32(bytes));
  return buffer.toString('base64');
}

async function dataFiles(): Promise<number> {
  const data = join(fixture.directory, 's3', 'data');
  const names = await readdir(data, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).length;
}

test('makes one object of parts uploaded at once, create-only, with the CRC-32 of the whole', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'joined';
  const whole = randomBytes(12 * MIB);
  const { UploadId } = await s3.createMultipartUpload({
    Bucket,
    Key,
    ChecksumAlgorithm: 'CRC32',
    ChecksumType: 'FULL_OBJECT',
    Metadata: { pages: '12' },
  });
  const Parts = await Promise.all(
    [0, 1, 2].map(async (at) => {
      const Body = whole.subarray(at * 5 * MIB, (at + 1) * 5 * MIB);
      const PartNumber = at + 1;
      const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber, Body });
      return { PartNumber, ETag };
    }),
  );
  const ChecksumCRC32 = crc32Base64(whole);
  const done = await s3.completeMultipartUpload({
    Bucket,
    Key,
    UploadId,
    MultipartUpload: { Parts },
    ChecksumCRC32,
    ChecksumType: 'FULL_OBJECT',
    MpuObjectSize: whole.length,
    IfNoneMatch: '*',
  });
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
  const got = await s3.getObject({ Bucket, Key, ChecksumMode: 'ENABLED' });
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(whole)).toBe(true);
  expect(got).toMatchObject({ ChecksumCRC32, ETag: done.ETag, Metadata: { pages: '12' } });
});

test('fails on a wrong checksum of the whole, and the upload can still be completed', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'retried';
  const { UploadId } = await s3.createMultipartUpload({
    Bucket,
    Key,
    ChecksumAlgorithm: 'CRC32',
    ChecksumType: 'FULL_OBJECT',
  });
  const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'text' });
  const complete = (ChecksumCRC32: string) =>
    s3.completeMultipartUpload({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      ChecksumCRC32,
      ChecksumType: 'FULL_OBJECT',
    });
  await expect(complete('AAAAAA==')).rejects.toMatchObject({ name: 'BadDigest' });
  await complete(crc32Base64(Buffer.from('text')));
  await expect(complete('AAAAAA==')).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('fails on part numbers with a gap where the upload has a checksum algorithm', async () => {
  const { s3, bucket: Bucket } = fixture;
  const complete = async (Key: string, checksum: object, numbers: readonly number[]) => {
    const { UploadId } = await s3.createMultipartUpload({ Bucket, Key, ...checksum });
    const Parts = await Promise.all(
      numbers.map(async (PartNumber) => {
        const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber, Body: 'text' });
        return { PartNumber, ETag };
      }),
    );
    await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
  };
  const full = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
  await expect(complete('gap', full, [2])).rejects.toMatchObject({
    name: 'InvalidPartOrder',
    message: expect.stringContaining('a gap before part 2'),
  });
  await complete('gap', {}, [2]);
});

test('lists parts with the checksums that they were sent with, page by page', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'listed';
  const { UploadId } = await s3.createMultipartUpload({
    Bucket,
    Key,
    ChecksumAlgorithm: 'CRC32',
    ChecksumType: 'FULL_OBJECT',
  });
  for (const [at, Body] of ['one', 'two'].entries()) {
    await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: at + 1, Body });
  }
  const first = await s3.listParts({ Bucket, Key, UploadId, MaxParts: 1 });
  expect(first).toMatchObject({ IsTruncated: true, ChecksumType: 'FULL_OBJECT' });
  const PartNumberMarker = first.NextPartNumberMarker;
  const second = await s3.listParts({ Bucket, Key, UploadId, PartNumberMarker });
  const listed = [...(first.Parts ?? []), ...(second.Parts ?? [])];
  expect(listed.map(({ Size, ChecksumCRC32 }) => ({ Size, ChecksumCRC32 }))).toEqual(
    ['one', 'two'].map((text) => ({ Size: 3, ChecksumCRC32: crc32Base64(Buffer.from(text)) })),
  );
});

test('copies ranges of an object into parts', async () => {
  const { s3, bucket: Bucket } = fixture;
  const whole = randomBytes(6 * MIB);
  await s3.putObject({ Bucket, Key: 'copied-from', Body: whole });
  const Key = 'copied-to';
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const Parts = [];
  const ranges = [`bytes=0-${5 * MIB - 1}`, `bytes=${5 * MIB}-${6 * MIB - 1}`];
  for (const [at, CopySourceRange] of ranges.entries()) {
    const CopySource = `${Bucket}/copied-from`;
    const PartNumber = at + 1;
    const { CopyPartResult } = await s3.uploadPartCopy({
      Bucket,
      Key,
      UploadId,
      PartNumber,
      CopySource,
      CopySourceRange,
    });
    Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
  }
  await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
  const { Body } = await s3.getObject({ Bucket, Key });
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(whole)).toBe(true);
});

test('keeps the last body of a part, and drops all when the upload is aborted', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'given-up';
  const before = await dataFiles();
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  for (const Body of ['first', 'second!']) {
    await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body });
  }
  const { Parts } = await s3.listParts({ Bucket, Key, UploadId });
  expect(Parts).toMatchObject([{ PartNumber: 1, Size: 7 }]);
  expect(await dataFiles()).toBe(before + 1);
  const { Uploads } = await s3.listMultipartUploads({ Bucket, Prefix: Key });
  expect(Uploads).toMatchObject([{ Key, UploadId }]);
  await s3.abortMultipartUpload({ Bucket, Key, UploadId });
  expect(await dataFiles()).toBe(before);
  await expect(s3.listParts({ Bucket, Key, UploadId })).rejects.toMatchObject({
    name: 'NoSuchUpload',
  });
});
