import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';

const PARTIAL = 206;
const MISSING = 404;

/** Answers a GET or HEAD of `/bucket/key` with the object, whoever asks. */
async function answer(s3: S3Client, asked: IncomingMessage, reply: ServerResponse): Promise<void> {
  const { pathname } = new URL(asked.url ?? '/', 'http://door');
  const [, bucket = '', ...parts] = pathname.split('/').map(decodeURIComponent);
  const { range } = asked.headers;
  const place = { Bucket: bucket, Key: parts.join('/'), ...(range && { Range: range }) };
  const isHead = asked.method === 'HEAD';
  const object = await s3.send(isHead ? new HeadObjectCommand(place) : new GetObjectCommand(place));
  reply.writeHead(object.ContentRange === undefined ? 200 : PARTIAL, {
    'content-length': String(object.ContentLength),
    'content-type': 'application/octet-stream',
    'last-modified': object.LastModified?.toUTCString() ?? '',
    ...{ etag: object.ETag ?? '', 'accept-ranges': 'bytes' },
    ...(object.ContentRange !== undefined && { 'content-range': object.ContentRange }),
  });
  if ('Body' in object) await pipeline(object.Body as Readable, reply);
  else reply.end();
}

/**
 * A door without TLS to the objects of a local cloud, for readers that know no certificate but
 * those of their system. It reads only.
 */
export async function openPlainDoor(
  s3: S3Client,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((asked, reply) => {
    answer(s3, asked, reply).catch(() => {
      if (!reply.headersSent) reply.writeHead(MISSING);
      reply.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, server };
}
