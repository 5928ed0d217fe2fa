import { RequestError } from '#core/errors.ts';

/** Bucket and key of an object or prefix. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/** `s3://bucket/key` with a bucket name that S3 allows. */
export const S3_URI = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\0]+$/;

/** @throws {RequestError} the text is not `s3://bucket/key`. */
export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri);
  if (match === null) {
    throw new RequestError([`an S3 URI looks like s3://bucket/key, got ${JSON.stringify(uri)}`]);
  }
  return { bucket: match[1]!, key: match[2]! };
}
