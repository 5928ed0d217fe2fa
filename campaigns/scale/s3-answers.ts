import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GeneratedFile } from './generated-bundle.ts';
import { CHUNK_BYTES, chunkName } from './shape.ts';
import type { SpooledObjects } from './spooled-objects.ts';

/** Where the source lies. */
export const SOURCE_BUCKET = 'scale-source';
export const SOURCE_PREFIX = 'bundle/';

const LIST_PAGE = 1_000;
const SOURCE_ETAG = '"0123456789abcdef0123456789abcdef"';

/** What an S3 stand-in answers from. */
export interface S3Contents {
  readonly source: ReadonlyMap<string, GeneratedFile>;
  readonly objects: SpooledObjects;
  /** How many chunks lie below `data/`. */
  readonly chunks: () => number;
  readonly listMilliseconds: number;
}

/** One request, taken apart. */
interface Asked {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly message: IncomingMessage;
}

function asked(message: IncomingMessage): Asked {
  const url = new URL(message.url ?? '/', 'https://127.0.0.1');
  const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/');
  const method = message.method ?? '';
  return { method, bucket, key: rest.join('/'), query: url.searchParams, message };
}

/** Name of the operation, as S3 has it. */
export function operationOf(message: IncomingMessage): string {
  const { method, query } = asked(message);
  if (query.has('list-type')) return 'LIST';
  if (query.has('partNumber')) return 'UploadPart';
  if (query.has('uploads')) return 'CreateMultipartUpload';
  return query.has('uploadId') && method === 'POST' ? 'CompleteMultipartUpload' : method;
}

function sendXml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
}

const entry = (key: string, size: number) =>
  `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>${SOURCE_ETAG}</ETag><LastModified>2026-11-28T12:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents>`;

/** Index of the first chunk whose key comes after `key`. */
function chunkAfter(key: string): number {
  return key === '' ? 0 : Number(/chunk-(\d{6})/.exec(key)?.[1] ?? 0) + 1;
}

function listing({ bucket, query }: Asked, { source, chunks }: S3Contents): string {
  const prefix = query.get('prefix') ?? '';
  if (bucket === SOURCE_BUCKET) {
    const entries = [...source].map(([name, { size }]) => entry(`${SOURCE_PREFIX}${name}`, size));
    return `<IsTruncated>false</IsTruncated>${entries.sort().join('')}`;
  }
  const start = chunkAfter(query.get('continuation-token') ?? query.get('start-after') ?? '');
  const end = prefix.endsWith('data/') ? Math.min(chunks(), start + LIST_PAGE) : start;
  const root = prefix.slice(0, -'data/'.length);
  const keys = Array.from(
    { length: Math.max(0, end - start) },
    (_, at) => `${root}${chunkName(start + at)}`,
  );
  const more =
    end < chunks() ? `<NextContinuationToken>${keys.at(-1)}</NextContinuationToken>` : '';
  const entries = keys.map((key) => entry(key, CHUNK_BYTES)).join('');
  return `<IsTruncated>${more !== ''}</IsTruncated>${more}<KeyCount>${keys.length}</KeyCount>${entries}`;
}

function sendGenerated(asked: Asked, file: GeneratedFile, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(asked.message.headers.range ?? '') ?? [];
  const offset = Number(first ?? 0);
  const end = Math.min(file.size, last === undefined ? file.size : Number(last) + 1);
  response.writeHead(first === undefined ? 200 : 206, {
    etag: SOURCE_ETAG,
    'content-length': asked.method === 'HEAD' ? file.size : end - offset,
    ...(first !== undefined && { 'content-range': `bytes ${first}-${end - 1}/${file.size}` }),
  });
  response.end(asked.method === 'HEAD' ? undefined : file.read(offset, end - offset));
}

async function sendObject(asked: Asked, contents: S3Contents, response: ServerResponse) {
  const { bucket, key, method } = asked;
  const generated =
    bucket === SOURCE_BUCKET ? contents.source.get(key.slice(SOURCE_PREFIX.length)) : undefined;
  if (generated !== undefined) return sendGenerated(asked, generated, response);
  const object = contents.objects.get(`${bucket}/${key}`);
  if (object === undefined) return sendXml(response, 404, '<Error><Code>NoSuchKey</Code></Error>');
  response.writeHead(200, {
    etag: object.etag,
    'content-length': object.size,
    ...(object.crc32 !== undefined && { 'x-amz-checksum-crc32': object.crc32 }),
  });
  if (method === 'HEAD') response.end();
  else await pipeline(contents.objects.read(object), response);
}

async function write(asked: Asked, { objects }: S3Contents, response: ServerResponse) {
  const { bucket, key, query, message } = asked;
  const path = `${bucket}/${key}`;
  const sum = message.headers['x-amz-checksum-crc32'];
  const crc32 = typeof sum === 'string' ? sum : undefined;
  const id = query.get('uploadId') ?? '';
  switch (operationOf(message)) {
    case 'CreateMultipartUpload': {
      const created = `<UploadId>${objects.createUpload()}</UploadId>`;
      return sendXml(
        response,
        200,
        `<InitiateMultipartUploadResult>${created}</InitiateMultipartUploadResult>`,
      );
    }
    case 'UploadPart':
      await objects.putPart(id, Number(query.get('partNumber')), message);
      response.writeHead(200, { etag: '"part"' });
      return void response.end();
    case 'CompleteMultipartUpload': {
      message.resume();
      const { etag } = objects.complete(path, id, crc32);
      return sendXml(
        response,
        200,
        `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
      );
    }
    default: {
      const { etag } = await objects.put(path, message, crc32);
      response.writeHead(200, { etag });
      return void response.end();
    }
  }
}

/** Answers one request as S3 does, without a look at signatures and conditions. */
export async function answerS3(
  message: IncomingMessage,
  response: ServerResponse,
  contents: S3Contents,
): Promise<void> {
  const request = asked(message);
  if (operationOf(message) === 'LIST') {
    await sleep(contents.listMilliseconds);
    const text = listing(request, contents);
    return sendXml(response, 200, `<ListBucketResult>${text}</ListBucketResult>`);
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    return await sendObject(request, contents, response);
  }
  return await write(request, contents, response);
}
