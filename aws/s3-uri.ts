import { RequestError } from '#core/errors.ts';

/** Bucket and key of an object or prefix. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/** @throws {RequestError} the text is not `s3://bucket/key`. */
export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri);
  if (match === null) {
    throw new RequestError([`an S3 URI looks like s3://bucket/key, got ${JSON.stringify(uri)}`]);
  }
  return { bucket: match[1]!, key: match[2]! };
}
