import { crc32 } from 'node:zlib';
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PartSink } from '#aws/part-sink.ts';
import type { EncodedParts } from '#core/chunks/encoded-chunk.ts';
import { OutputConflictError } from '#core/errors.ts';
import { streamText } from '#lambdas/write/stream-text.ts';
import { hookClients } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

const PART_BYTES = 4 * 1024 * 1024;
const LENGTH = 10 * 1024 * 1024 + 321;

/** Text that is different everywhere. */
const TEXT = Uint8Array.from({ length: LENGTH }, (_, at) => (at * at) >> 7);

/** Gives the text as encoders do: it fills the buffer that it is given, and counts the rounds. */
function encoder(rounds: { count: number }) {
  return async function* (first: Uint8Array): EncodedParts {
    rounds.count += 1;
    let buffer = first;
    let at = 0;
    while (LENGTH - at > buffer.length) {
      buffer.set(TEXT.subarray(at, at + buffer.length));
      at += buffer.length;
      buffer = yield { bytes: buffer, crc32: undefined };
    }
    buffer.set(TEXT.subarray(at));
    const last = { bytes: buffer.subarray(0, LENGTH - at), crc32: undefined };
    return { last, content: undefined, recordCount: undefined, counts: {} };
  };
}

async function write(key: string, mostBytes?: number) {
  const clients = services.connect();
  const requests: string[] = [];
  hookClients(clients, async ({ name }, send) => {
    requests.push(name);
    return await send();
  });
  const target = { bucket: services.bucket, key, contentType: 'text/csv' };
  const sink = new PartSink(clients.s3, target);
  const rounds = { count: 0 };
  const encode = encoder(rounds);
  const buffer = new Uint8Array(PART_BYTES);
  const rest = encode(buffer);
  const step = await rest.next(buffer);
  if (step.done === true) throw new Error('the text fits into a buffer');
  try {
    const { stored } = await streamText(
      { first: step.value, rest, encode, buffer },
      sink,
      mostBytes,
    );
    return { stored, requests, rounds };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

async function storedText(Key: string): Promise<Uint8Array> {
  const { Body } = await services.s3.send(new GetObjectCommand({ Bucket: services.bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
}

const sent = { bytes: LENGTH, crc32: crc32(TEXT) };

describe('streamText', () => {
  it('sends a chunk as one request, encoded twice', async () => {
    const { stored, requests, rounds } = await write('whole');
    expect(stored).toMatchObject({ bytes: LENGTH, existed: false, sent });
    expect(requests).toEqual(['PutObject']);
    expect(rounds.count).toBe(2);
    expect(Buffer.compare(await storedText('whole'), TEXT)).toBe(0);
  });

  it('sends what is too large for a request in parts', async () => {
    const mostBytes = 5 * 1024 * 1024 + 1;
    const { stored, requests } = await write('parts', mostBytes);
    expect(stored).toMatchObject({ bytes: LENGTH, existed: false, sent });
    const parts = ['UploadPart', 'UploadPart', 'UploadPart'];
    expect(requests).toEqual(['CreateMultipartUpload', ...parts, 'CompleteMultipartUpload']);
    expect(Buffer.compare(await storedText('parts'), TEXT)).toBe(0);
  });

  it.each([undefined, 5 * 1024 * 1024 + 1])('takes an equal object for its own', async (most) => {
    await write(`twin ${most}`, most);
    expect((await write(`twin ${most}`, most)).stored).toMatchObject({ existed: true, sent });
  });

  it('leaves a different object as it is', async () => {
    const target = { bucket: services.bucket, key: 'taken', contentType: 'text/csv' };
    await new PartSink(services.s3, target).finish(new Uint8Array(7));
    await expect(write('taken')).rejects.toThrow(OutputConflictError);
    await expect(write('taken', 5 * 1024 * 1024 + 1)).rejects.toThrow(OutputConflictError);
    expect(await storedText('taken')).toHaveLength(7);
    const uploads = new ListMultipartUploadsCommand({ Bucket: services.bucket });
    expect((await services.s3.send(uploads)).Uploads ?? []).toEqual([]);
  });
});
