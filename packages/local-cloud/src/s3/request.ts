import type { IncomingMessage } from 'node:http';
import { invalidArgument, notImplemented, S3Error } from './errors.ts';

/** A request as S3 sees it, before anything is decided. */
export interface S3Request {
  readonly method: string;
  /** As sent, percent-encoded: what the signature covers. */
  readonly rawPath: string;
  /** Decoded; undefined for the service itself. */
  readonly bucket: string | undefined;
  /** Decoded; undefined for the bucket itself. */
  readonly key: string | undefined;
  /** Decoded; a parameter without `=` has the value ''. */
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly message: IncomingMessage;
}

const MAX_KEY_BYTES = 1024;

/** The parameters of a presigned URL that are the signature itself. */
const PRESIGNING = /^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature)$/;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", { URI: text });
  }
}

function parseQuery(text: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [name = '', ...value] = pair.replaceAll('+', '%20').split('=');
    const key = decode(name);
    if (key in query) {
      throw invalidArgument('Query parameter was given more than once', key, query[key] ?? '');
    }
    query[key] = decode(value.join('='));
  }
  return query;
}

function singleHeaders(message: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  );
}

function assertPathStyle(host: string | undefined): void {
  const [name = ''] = (host ?? '').split(':');
  if (name.endsWith('.localhost')) throw notImplemented('the virtual-hosted style of addressing');
}

/**
 * Reads bucket, key and parameters out of a request line. Nothing in a path is resolved: `..` and
 * `//` are ordinary parts of a key.
 *
 * @throws {S3Error} `InvalidURI`, `KeyTooLongError`, a repeated parameter, or a bucket in the host
 *   name.
 */
export function parseRequest(message: IncomingMessage): S3Request {
  assertPathStyle(message.headers.host);
  const url = message.url ?? '/';
  const question = url.indexOf('?');
  const rawPath = question === -1 ? url : url.slice(0, question);
  const query = parseQuery(question === -1 ? '' : url.slice(question + 1));
  const [, bucket = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(rawPath) ?? [];
  const key = decode(rawKey);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', 'Your key is too long', {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: MAX_KEY_BYTES,
    });
  }
  return {
    method: message.method ?? 'GET',
    rawPath,
    bucket: bucket === '' ? undefined : decode(bucket),
    key: key === '' ? undefined : key,
    query,
    headers: singleHeaders(message),
    message,
  };
}

/**
 * A presigned URL may carry `x-amz-` headers as parameters; they count as headers once the
 * signature has been checked.
 */
export function withHoistedHeaders(request: S3Request): S3Request {
  if (!('X-Amz-Algorithm' in request.query)) return request;
  const query: Record<string, string> = Object.create(null);
  const headers = { ...request.headers };
  for (const [name, value] of Object.entries(request.query)) {
    if (PRESIGNING.test(name)) continue;
    if (/^x-amz-/i.test(name)) headers[name.toLowerCase()] = value;
    else query[name] = value;
  }
  return { ...request, query, headers };
}
