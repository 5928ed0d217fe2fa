import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Client } from '#aws/clients/s3.ts';
import { pinnedCrc32, pinSource, s3Source } from '#aws/s3-source.ts';
import {
  CorruptSourceError,
  RequestError,
  SourceChangedError,
  SourceNotFoundError,
} from '#core/errors.ts';
import { describeByteSource } from '#support/contracts/byte-source.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { startScriptedS3, type Turn } from '#support/scripted-s3.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

async function put(key: string, body: Uint8Array): Promise<string> {
  const { s3, bucket } = services;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  return `s3://${bucket}/${key}`;
}

describeByteSource('an S3 object', async (bytes) => {
  const uri = await put('contract.bin', bytes);
  return s3Source(services.s3, await pinSource(services.s3, { uri }));
});

describe('pinSource', () => {
  it('finds the size and version of an object whose key has any characters', async () => {
    const uri = await put('a b/ü+%2F?#.npz', new Uint8Array(7));
    const pin = await pinSource(services.s3, { uri });
    expect(pin).toEqual({
      uri,
      etag: expect.stringMatching(/^[0-9a-f]{32}$/),
      versionId: null,
      size: 7,
    });
  });

  it('fails by name when there is no such object or bucket', async () => {
    const uri = `s3://${services.bucket}/missing.npz`;
    await expect(pinSource(services.s3, { uri })).rejects.toThrow(SourceNotFoundError);
    const elsewhere = 's3://no-such-bucket/x.npz';
    await expect(pinSource(services.s3, { uri: elsewhere })).rejects.toThrow(SourceNotFoundError);
  });

  it('fails on text that is not an S3 URI', async () => {
    await expect(pinSource(services.s3, { uri: 'x.npz' })).rejects.toThrow(RequestError);
  });
});

describe('pinnedCrc32', () => {
  const body = new TextEncoder().encode('123456789');

  it('is the CRC-32 of the whole object, where it was stored with one', async () => {
    const { s3, bucket } = services;
    const uri = `s3://${bucket}/crc32.bin`;
    const object = { Bucket: bucket, Key: 'crc32.bin', Body: body };
    await s3.send(new PutObjectCommand({ ...object, ChecksumAlgorithm: 'CRC32' }));
    expect(await pinnedCrc32(s3, await pinSource(s3, { uri }))).toBe(0xcbf43926);
  });

  it('is not known of an object with another checksum, or with one of its parts', async () => {
    const { s3, bucket } = services;
    const uri = `s3://${bucket}/other.bin`;
    const object = { Bucket: bucket, Key: 'other.bin' };
    await s3.send(new PutObjectCommand({ ...object, Body: body, ChecksumAlgorithm: 'SHA256' }));
    expect(await pinnedCrc32(s3, await pinSource(s3, { uri }))).toBeUndefined();
    const created = await s3.send(
      new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'CRC32' }),
    );
    const upload = { ...object, UploadId: created.UploadId };
    const part = await s3.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: body, ChecksumAlgorithm: 'CRC32' }),
    );
    const { ETag, ChecksumCRC32 } = part;
    const Parts = [{ PartNumber: 1, ETag, ChecksumCRC32 }];
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(await pinnedCrc32(s3, await pinSource(s3, { uri }))).toBeUndefined();
  });

  it('fails when the object was replaced or deleted after it was pinned', async () => {
    const uri = await put('gone.bin', body);
    const pin = await pinSource(services.s3, { uri });
    await put('gone.bin', new Uint8Array(9));
    await expect(pinnedCrc32(services.s3, pin)).rejects.toThrow(SourceChangedError);
    const { s3, bucket } = services;
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone.bin' }));
    await expect(pinnedCrc32(s3, pin)).rejects.toThrow(SourceNotFoundError);
  });
});

describe('s3Source', () => {
  it('fails when the object was replaced after it was pinned', async () => {
    const uri = await put('replaced.npz', Uint8Array.of(1, 2, 3));
    const source = s3Source(services.s3, await pinSource(services.s3, { uri }));
    await put('replaced.npz', Uint8Array.of(4, 5, 6));
    await expect(source.read({ offset: 0, length: 1 })).rejects.toThrow(SourceChangedError);
  });

  it('fails on a range outside the pinned size without asking S3', async () => {
    const source = s3Source(createS3Client(), {
      uri: 's3://bucket/x',
      etag: 'e',
      versionId: null,
      size: 3,
    });
    await expect(source.read({ offset: 2, length: 2 })).rejects.toThrow(CorruptSourceError);
  });

  it('reads again what breaks off, or is longer than what was asked for', async () => {
    const body = Uint8Array.of(1, 2, 3, 4);
    const answer = (bytes: Uint8Array, length = bytes.length): Turn => {
      return (_, response) => {
        response.writeHead(206, { 'content-length': length });
        response.write(bytes);
        if (bytes.length === length) response.end();
        else response.destroy();
      };
    };
    const server = await startScriptedS3([
      answer(body.subarray(0, 2), 4),
      answer(new Uint8Array(9)),
      answer(body.subarray(0, 3)),
      answer(body),
    ]);
    const pin = { uri: 's3://bucket/x', etag: 'e', versionId: null, size: 4 };
    const reading = s3Source(server.s3, pin).read({ offset: 0, length: 4 });
    expect(await reading.finally(() => server.close())).toEqual(body);
    expect(server.requests).toHaveLength(4);
  });
});
