import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '#aws/clients/s3.ts';
import { openObject } from '#aws/objects.ts';
import { CorruptSourceError } from '#core/errors.ts';

/** An object of our own, and what pins it. */
interface PinnedObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/**
 * Fetches an object of our own into a new file. Holds a few network buffers.
 *
 * @returns false if there is no such object.
 * @throws {CorruptSourceError} it is another one than was written.
 */
export async function fetchFile(
  s3: S3Client,
  { bucket, key, size, etag }: PinnedObject,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const object = await openObject(s3, { bucket, key }, signal);
  if (object === undefined) return false;
  if (object.bytes !== size || object.etag !== etag) {
    throw new CorruptSourceError(
      `s3://${bucket}/${key} is not what was written there; remove it, and start the run again`,
    );
  }
  await pipeline(object.body, createWriteStream(path));
  return true;
}
