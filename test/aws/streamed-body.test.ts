import { once } from 'node:events';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { PIECE_BYTES, StreamedBody } from '#aws/streamed-body.ts';
import { SourceChangedError } from '#core/errors.ts';
import {
  beSilent,
  refuse,
  type ScriptedS3,
  startScriptedS3,
  store,
  type Turn,
  welcome,
} from '#support/scripted-s3.ts';

let server: ScriptedS3;

afterEach(() => server.close());

const PIECES = 40;
const LENGTH = PIECES * PIECE_BYTES;

/** A body of zeros that counts how often it was begun and how many of its pieces were made. */
function countedBody() {
  const made = { times: 0, pieces: 0 };
  const body = new StreamedBody(LENGTH, async function* () {
    made.times += 1;
    for (let piece = 0; piece < PIECES; piece += 1) {
      made.pieces += 1;
      yield new Uint8Array(PIECE_BYTES);
    }
  });
  return { body, made };
}

async function put(body: StreamedBody): Promise<string | undefined> {
  const input = { Bucket: 'bucket', Key: 'key', ContentLength: LENGTH };
  const Body = body as unknown as Uint8Array;
  const { ETag } = await server.s3.send(new PutObjectCommand({ ...input, Body }));
  return ETag;
}

/** Reads a little of the body, then breaks the connection. */
const breakOff: Turn = (request) => {
  request.once('data', () => request.socket.destroy());
};

describe('a streamed body', () => {
  it('is sent whole, as one request', async () => {
    server = await startScriptedS3([welcome(store)]);
    const { body, made } = countedBody();
    expect(await put(body)).toBe(`"${LENGTH}"`);
    expect(made).toEqual({ times: 1, pieces: PIECES });
    expect(server.requests).toHaveLength(1);
  });

  it('is not made for a server that refuses it first', async () => {
    server = await startScriptedS3([refuse(503, 'SlowDown'), welcome(store)]);
    const { body, made } = countedBody();
    expect(await put(body)).toBe(`"${LENGTH}"`);
    expect(made.pieces).toBe(PIECES);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['breaks off', welcome(breakOff), 2],
    ['asks for it and reads nothing', welcome(beSilent), 2],
    ['asks for nothing and is silent', beSilent, 1],
  ])('is sent again when the server %s', async (_, turn, times) => {
    server = await startScriptedS3([turn, welcome(store)]);
    const { body, made } = countedBody();
    expect(await put(body)).toBe(`"${LENGTH}"`);
    expect(made.times).toBe(times);
    expect(server.requests).toHaveLength(2);
  });

  it('is sent to a server that never asks for it', async () => {
    server = await startScriptedS3([store], { patience: { silence: 5_000, patient: 5_000 } });
    expect(await put(countedBody().body)).toBe(`"${LENGTH}"`);
    expect(server.requests).toHaveLength(1);
  });

  it('that cannot be made ends the request with the reason', async () => {
    server = await startScriptedS3([welcome(store)]);
    const changed = new SourceChangedError('the source was replaced');
    // biome-ignore lint/correctness/useYield: it fails before its first piece
    const body = new StreamedBody(LENGTH, async function* () {
      throw changed;
    });
    await expect(put(body)).rejects.toBe(changed);
    expect(server.requests).toHaveLength(1);
  });

  it('ends its maker when it is closed before its end', async () => {
    server = await startScriptedS3([store]);
    let isEnded = false;
    const body = new StreamedBody(LENGTH, async function* () {
      try {
        yield new Uint8Array(PIECE_BYTES);
      } finally {
        isEnded = true;
      }
    });
    await once(await body.open(), 'readable');
    await body.close();
    expect(isEnded).toBe(true);
  });
});
