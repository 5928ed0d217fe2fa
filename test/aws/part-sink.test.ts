import { crc32 } from 'node:zlib';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createObject, replaceObject } from '#aws/create-only.ts';
import { PartSink } from '#aws/part-sink.ts';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import { OutputConflictError, ServiceUnavailableError, UploadConflictError } from '#core/errors.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

const contentType = 'text/csv';

function target(key: string) {
  return { bucket: services.bucket, key, contentType };
}

/** Writes `parts` full parts of one repeated byte and `rest` bytes more. */
async function write(key: string, parts: number, rest: number, byte = 65) {
  const sink = new PartSink(services.s3, target(key));
  for (let i = 0; i < parts; i += 1) {
    const buffer = await sink.buffer();
    sink.send(buffer.fill(byte));
  }
  const last = await sink.buffer();
  return await sink.finish(last.fill(byte).subarray(0, rest));
}

async function pendingUploads(): Promise<number> {
  const command = new ListMultipartUploadsCommand({ Bucket: services.bucket });
  return (await services.s3.send(command)).Uploads?.length ?? 0;
}

describe('PartSink', () => {
  it.each([
    ['nothing', 0, 0],
    ['part of a part', 0, 1000],
    ['a part and a bit', 1, 17],
    ['whole parts', 2, 0],
    ['more parts than buffers', 3, 123],
  ])('writes %s with the CRC-32 of all of it', async (name, parts, rest) => {
    const stored = await write(name, parts, rest);
    const bytes = parts * PART_BYTES + rest;
    const crc = crc32(new Uint8Array(bytes).fill(65));
    expect(stored).toEqual({
      bytes,
      etag: expect.any(String),
      existed: false,
      sent: { bytes, crc32: crc },
    });
    const head = await services.s3.send(
      new HeadObjectCommand({ Bucket: services.bucket, Key: name, ChecksumMode: 'ENABLED' }),
    );
    expect(head.ContentLength).toBe(bytes);
    expect(head.ChecksumCRC32).toBe(crc32Base64(crc));
    expect(head.ChecksumType).toBe('FULL_OBJECT');
    expect(head.ETag).toBe(`"${stored.etag}"`);
    expect(head.ContentType).toBe(contentType);
  });

  it.each([
    ['one part', 0],
    ['several parts', 1],
  ])('takes an equal object of %s for its own', async (name, parts) => {
    const first = await write(`twin ${name}`, parts, 10);
    const second = await write(`twin ${name}`, parts, 10);
    expect(second).toEqual({ ...first, existed: true });
    expect(await pendingUploads()).toBe(0);
  });

  it.each([
    ['one part', 0],
    ['several parts', 1],
  ])('fails on a different object of %s and leaves it as it is', async (name, parts) => {
    const key = `conflict ${name}`;
    await services.s3.send(
      new PutObjectCommand({ Bucket: services.bucket, Key: key, Body: 'something else' }),
    );
    const sink = new PartSink(services.s3, target(key));
    for (let i = 0; i < parts; i += 1) sink.send(await sink.buffer());
    const finished = sink.finish((await sink.buffer()).subarray(0, 5));
    await expect(finished).rejects.toThrow(OutputConflictError);
    await sink.abort();
    const kept = await services.s3.send(
      new GetObjectCommand({ Bucket: services.bucket, Key: key }),
    );
    expect(await kept.Body?.transformToString()).toBe('something else');
    expect(await pendingUploads()).toBe(0);
  });

  it('shows nothing and leaves no parts when it is aborted', async () => {
    const sink = new PartSink(services.s3, target('given up'));
    sink.send(await sink.buffer());
    await sink.abort();
    const head = new HeadObjectCommand({ Bucket: services.bucket, Key: 'given up' });
    await expect(services.s3.send(head)).rejects.toThrow();
    expect(await pendingUploads()).toBe(0);
  });

  it.each([
    ['one part', 0],
    ['several parts', 1],
  ])('has S3 refuse what has another CRC-32 than it is sent with: %s', async (name, parts) => {
    const key = `damaged ${name}`;
    const sink = new PartSink(services.s3, target(key));
    const zeros = crc32(new Uint8Array(PART_BYTES));
    for (let i = 0; i < parts; i += 1) sink.send(await sink.buffer(), zeros);
    const last = (await sink.buffer()).subarray(0, 5).fill(65);
    const finished = sink.finish(last, { crc32: crc32('AAAAB') });
    await expect(finished).rejects.toThrow(ServiceUnavailableError);
    await sink.abort();
    const head = new HeadObjectCommand({ Bucket: services.bucket, Key: key });
    await expect(services.s3.send(head)).rejects.toThrow();
    expect(await pendingUploads()).toBe(0);
  });

  it('fails for the next buffer when a part could not be sent', async () => {
    const sink = new PartSink(services.s3, { ...target('x'), bucket: 'no-such-bucket' });
    sink.send(await sink.buffer());
    const buffers = async () => {
      for (let i = 0; i < 3; i += 1) await sink.buffer();
    };
    await expect(buffers()).rejects.toThrow(/bucket/i);
    await sink.abort();
  });
});

describe('createObject', () => {
  it('writes pieces of any length, across parts', async () => {
    const pieces = ['a'.repeat(PART_BYTES - 1), 'é', '', 'b'.repeat(PART_BYTES), 'c'];
    const stored = await createObject(services.s3, target('pieces'), pieces);
    expect(stored.bytes).toBe(Buffer.byteLength(pieces.join('')));
    const { Body } = await services.s3.send(
      new GetObjectCommand({ Bucket: services.bucket, Key: 'pieces' }),
    );
    expect(crc32((await Body?.transformToByteArray()) ?? '')).toBe(crc32(pieces.join('')));
  });

  it('fails and leaves nothing if its pieces fail', async () => {
    const pieces = function* () {
      yield 'a'.repeat(PART_BYTES + 1);
      throw new Error('no more');
    };
    await expect(createObject(services.s3, target('broken'), pieces())).rejects.toThrow('no more');
    expect(await pendingUploads()).toBe(0);
  });
});

describe('replaceObject', () => {
  async function textOf(key: string): Promise<string> {
    const command = new GetObjectCommand({ Bucket: services.bucket, Key: key });
    return (await (await services.s3.send(command)).Body?.transformToString()) ?? '';
  }

  const long = 'x'.repeat(PART_BYTES + 1);

  it.each([
    ['one part', 'second'],
    ['several parts', long],
  ])('writes %s in the place of the object that it knows', async (name, text) => {
    const key = `replaced ${name}`;
    const { etag } = await createObject(services.s3, target(key), ['first']);
    const stored = await replaceObject(services.s3, { ...target(key), replaces: etag }, [text]);
    expect(stored).toMatchObject({ bytes: text.length, existed: false });
    expect(await textOf(key)).toBe(text);
  });

  it.each([
    ['one part', 'second'],
    ['several parts', long],
  ])('takes an equal object of %s that is there already for its own', async (name, text) => {
    const key = `repeated ${name}`;
    const { etag } = await createObject(services.s3, target(key), ['first']);
    const first = await replaceObject(services.s3, { ...target(key), replaces: etag }, [text]);
    const second = await replaceObject(services.s3, { ...target(key), replaces: etag }, [text]);
    expect(second).toMatchObject({ bytes: first.bytes, etag: first.etag, existed: true });
    expect(await pendingUploads()).toBe(0);
  });

  it.each([
    ['one part', 'mine'],
    ['several parts', long],
  ])('fails on another object than it knows, and leaves it: %s', async (name, text) => {
    const key = `changed ${name}`;
    const { etag } = await createObject(services.s3, target(key), ['first']);
    await replaceObject(services.s3, { ...target(key), replaces: etag }, ['of another']);
    const late = replaceObject(services.s3, { ...target(key), replaces: etag }, [text]);
    await expect(late).rejects.toThrow(OutputConflictError);
    expect(await textOf(key)).toBe('of another');
    expect(await pendingUploads()).toBe(0);
  });

  it('fails with a retried error when the object to replace is gone', async () => {
    const gone = replaceObject(services.s3, { ...target('gone'), replaces: 'abc' }, ['x']);
    await expect(gone).rejects.toThrow(UploadConflictError);
  });
});
