import {
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { openObject } from '#aws/objects.ts';
import { SILENCE_MILLISECONDS } from '#aws/request-handler.ts';
import { ServiceUnavailableError } from '#core/errors.ts';
import {
  beSilent,
  type ScriptedS3,
  SHORT_PATIENCE,
  startScriptedS3,
  store,
  type Turn,
} from '#support/scripted-s3.ts';

let server: ScriptedS3 | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const place = { Bucket: 'bucket', Key: 'key' };

/** Answers after longer than a usual request waits. */
function late(body: string): Turn {
  return (_, response) => {
    setTimeout(() => response.end(body), 2 * SHORT_PATIENCE.silence);
  };
}

describe('a silent server', () => {
  it('is given up within a minute, with the seconds before the handler counts', () => {
    const beforeItCounts = 3_000;
    expect(SILENCE_MILLISECONDS + beforeItCounts).toBeLessThan(60_000);
  });

  it.each([
    ['HEAD', new HeadObjectCommand(place)],
    ['PUT', new PutObjectCommand({ ...place, Body: 'text' })],
    ['PUT of many bytes', new PutObjectCommand({ ...place, Body: new Uint8Array(2 ** 20) })],
  ])('gets a %s again, on another connection', async (_, command) => {
    server = await startScriptedS3([beSilent, store]);
    await server.s3.send(command as HeadObjectCommand);
    expect(server.requests).toHaveLength(2);
  });

  it('that falls silent within a body breaks it off with a retried error', async () => {
    server = await startScriptedS3([
      (_, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half ');
      },
    ]);
    const object = await openObject(server.s3, { bucket: 'bucket', key: 'key' });
    await expect(Array.fromAsync(object?.body ?? [])).rejects.toThrow(ServiceUnavailableError);
  });
});

describe('a server that works for minutes', () => {
  it('is waited for when it completes an upload', async () => {
    server = await startScriptedS3([late('<CompleteMultipartUploadResult/>')]);
    await server.s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId: 'id' }));
    expect(server.requests).toEqual(['POST /bucket/key?uploadId=id']);
  });

  it('is waited for when it copies a part', async () => {
    server = await startScriptedS3([late('<CopyPartResult/>')]);
    const copy = { ...place, UploadId: 'id', PartNumber: 1, CopySource: 'bucket/other' };
    await server.s3.send(new UploadPartCopyCommand(copy));
    expect(server.requests).toHaveLength(1);
  });

  it('is not waited for when it reads', async () => {
    server = await startScriptedS3([late('late'), store]);
    await server.s3.send(new GetObjectCommand(place));
    expect(server.requests).toHaveLength(2);
  });
});
