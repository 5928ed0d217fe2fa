import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PIECE_BYTES } from '#aws/streamed-body.ts';
import { sendFile } from '#lambdas/shared/send-file.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;
let directory: string;

beforeAll(async () => {
  services = await startLocalServices();
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-send-'));
});
afterAll(async () => {
  await services.close();
  await rm(directory, { recursive: true });
});

/** Bytes of which no two pieces are the same. */
function unlike(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 2_654_435_761) >>> 24);
}

test.each([
  ['nothing', 0],
  ['less than a piece', 1_000],
  ['many pieces', 40 * PIECE_BYTES + 7],
])('sends %s of a file as it is', async (name, length) => {
  const bytes = unlike(length);
  const path = join(directory, name);
  await writeFile(path, bytes);
  const target = { bucket: services.bucket, key: name, contentType: 'text/csv' };

  const sent = await sendFile(services.s3, target, path, new AbortController().signal);

  expect(sent).toMatchObject({ bytes: length, sent: { bytes: length, crc32: crc32(bytes) } });
  const stored = { Bucket: services.bucket, Key: name };
  const { Body } = await services.s3.send(new GetObjectCommand(stored));
  expect(Buffer.from(await Body!.transformToByteArray()).equals(bytes)).toBe(true);
});
