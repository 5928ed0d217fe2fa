import type { ObjectStore } from './object-store.ts';
import type { Payload } from './payload.ts';
import type { S3Request } from './request.ts';

/** What an operation is told in terms of: one request of a known caller. */
export interface Call {
  readonly request: S3Request;
  /** '' for an operation on the service. */
  readonly bucket: string;
  /** '' for an operation on a bucket. */
  readonly key: string;
  readonly accessKeyId: string;
  readonly store: ObjectStore;
  readonly region: string;
  /** `https://localhost:<port>` */
  readonly endpoint: string;
  /** @throws {AccessDenied} the caller's policies do not allow `action` on the ARN. */
  authorize(action: string, arn: string): void;
  /** Opens the body that `headers` describe, those of the request unless given; tells a waiting client to send it. */
  payload(headers?: S3Request['headers']): Payload;
  /** Runs `release` when the answer was sent or given up. */
  onEnd(release: () => void): void;
}

/** The answer of an operation. */
export interface Reply {
  readonly status: number;
  /** By lower-case name; undefined ones are left out. */
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: string | AsyncIterable<Buffer>;
}

/** ARN of a bucket. */
export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

/** ARN of an object. */
export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

/** An answer in XML. */
export function xmlReply(body: string, headers: Reply['headers'] = {}): Reply {
  return { status: 200, headers: { ...headers, 'content-type': 'application/xml' }, body };
}

/** Every object is said to be encrypted as AWS's default is. */
export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' } as const;
