import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AccessDenied } from '#local/authorization.ts';
import { isStorageFailure } from '#local/storage-failure.ts';
import type { Reply } from './call.ts';
import { S3Error } from './errors.ts';
import { renderErrorXml } from './xml.ts';

function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof AccessDenied) return new S3Error('AccessDenied', error.message);
  const message = error instanceof Error ? error.message : String(error);
  if (isStorageFailure(error)) return new S3Error('StorageFailed', message);
  return new S3Error('InternalError', `We encountered an internal error: ${message}`);
}

/** The answer to a request that failed; a HEAD has a status only. */
export function errorReply(error: unknown, method: string): Reply {
  const { status, code, message, fields, headers } = toS3Error(error);
  if (method === 'HEAD') return { status, headers };
  const filled = Object.entries(fields).filter(([, value]) => value !== '');
  return {
    status,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: renderErrorXml({ Code: code, Message: message, ...Object.fromEntries(filled) }),
  };
}

/**
 * Sends an answer; a streamed body follows the client's pace. Rejects when the connection breaks.
 */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  const { body } = reply;
  const headers = Object.entries({
    'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-amz-id-2': randomBytes(24).toString('base64'),
    server: 'AmazonS3',
    'content-length': typeof body === 'string' ? Buffer.byteLength(body) : undefined,
    ...reply.headers,
  }).filter(([, value]) => value !== undefined);
  response.writeHead(reply.status, Object.fromEntries(headers));
  if (body === undefined || typeof body === 'string') response.end(body);
  else await pipeline(Readable.from(body, { objectMode: true, highWaterMark: 1 }), response);
}
