import type { ObjectStore } from './object-store.ts';
import type { Payload } from './payload.ts';
import type { S3Request } from './request.ts';

/** What an operation works with: one request of a known caller. */
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
  /**
   * Opens the body as `headers` describe it; by default those of the request. A client that waits
   * for leave to send is asked to send.
   */
  payload(headers?: S3Request['headers']): Payload;
  /** Runs `release` once the answer has been sent or given up. */
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

/** Answers say of every object that it is encrypted in the default way of AWS. */
export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' } as const;
