import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { translated } from '#aws/errors.ts';
import { ServiceUnavailableError } from '#core/errors.ts';
import { refuse, startScriptedS3 } from '#support/scripted-s3.ts';

const place = { Bucket: 'bucket', Key: 'key' };

/** An error as Node.js makes them. */
function nodeError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

describe('errors of the connection', () => {
  it.each([
    ...['EHOSTUNREACH', 'ENETUNREACH', 'EBUSY', 'EMFILE', 'EPROTO', 'ERR_STREAM_PREMATURE_CLOSE'],
    ...['ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'ECONNABORTED'],
  ])('are retried: %s', (code) => {
    expect(translated(nodeError(code), 'read')).toBeInstanceOf(ServiceUnavailableError);
  });

  it.each(['socket hang up', 'Premature close', 'aborted'])('are retried: %s', (message) => {
    expect(translated(new Error(message), 'read')).toBeInstanceOf(ServiceUnavailableError);
  });

  it.each([
    nodeError('ENOENT'),
    new Error('the plan was aborted by hand'),
    new TypeError('x is undefined'),
  ])('are not taken for others: %s', (error) => {
    expect(translated(error, 'read')).toBe(error);
  });
});

describe('what S3 says of a body that did not come whole', () => {
  it.each(['RequestTimeout', 'IncompleteBody', 'BadDigest'])('is retried: %s', async (code) => {
    const server = await startScriptedS3([refuse(400, code)], { tries: 2 });
    try {
      const put = server.s3.send(new PutObjectCommand({ ...place, Body: 'text' }));
      const error: unknown = await put.catch((cause: unknown) => translated(cause, 'write'));
      expect(error).toBeInstanceOf(ServiceUnavailableError);
      expect(String(error)).toContain(code);
    } finally {
      await server.close();
    }
  });

  it('is not mixed up with a wrong request', async () => {
    const server = await startScriptedS3([refuse(400, 'InvalidArgument')]);
    try {
      const get = server.s3.send(new GetObjectCommand(place));
      const error: unknown = await get.catch((cause: unknown) => translated(cause, 'read'));
      expect(error).toMatchObject({ name: 'InvalidArgument' });
    } finally {
      await server.close();
    }
  });
});
