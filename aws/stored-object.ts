import { GetObjectCommand, type HeadObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import { OutputConflictError, UploadConflictError } from '#core/errors.ts';
import { sendHead } from './denied-head.ts';
import { isNamed, statusOf, translated } from './errors.ts';
import { unquoted } from './s3-source.ts';

/** The object at a key after a create-only write. */
export interface StoredObject {
  /** Size in bytes. */
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** True if an equal object was there before, written by another writer or an earlier try. */
  readonly existed: boolean;
}

/** Size, CRC-32 and ETag of an object. */
export interface ObjectFigures {
  readonly bytes: number;
  /** CRC-32 in Base64 as S3 reports it; undefined if the object was stored without one. */
  readonly crc32Base64: string | undefined;
  readonly etag: string;
  /** What was kept with it, where a HEAD was sent. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Gets the figures of an object with one HEAD request. @returns undefined if there is no such
 * object.
 */
export async function headObject(
  client: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): Promise<ObjectFigures | undefined> {
  const input: HeadObjectCommandInput = { Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' };
  try {
    const head = await sendHead(client, input, signal);
    return {
      bytes: head.ContentLength ?? 0,
      crc32Base64: head.ChecksumCRC32,
      etag: unquoted(head.ETag),
      metadata: head.Metadata,
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw translated(error, `look at s3://${bucket}/${key}`);
  }
}

/** True if S3 refused a write because the key was taken, or the object to replace was gone. */
export function isTaken(error: unknown): boolean {
  return statusOf(error) === 412 || isNamed(error, 'NoSuchKey');
}

/** True if S3 refused a conditional write because the key changed during it. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409;
}

/**
 * True if S3 does not know the upload: it was aborted, or completed by a request whose answer was
 * lost.
 */
export function isVanishedUpload(error: unknown): boolean {
  return isNamed(error, 'NoSuchUpload');
}

/**
 * Bytes of a gzip member's trailer: CRC-32 and length modulo 2^32 of its content, little-endian
 * (RFC 1952).
 */
const TRAILER_BYTES = 8;

/** The object that a write meant to store. */
export interface MeantObject {
  /** Size of the object in bytes. */
  readonly bytes: number;
  /** CRC-32 of the object. */
  readonly crc32: number;
  /**
   * Length and CRC-32 of the text, if it is compressed: the same text may be compressed to other
   * bytes.
   */
  readonly content?: { readonly bytes: number; readonly crc32: number } | undefined;
}

async function holdsContent(
  client: S3Client,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  content: { readonly bytes: number; readonly crc32: number },
): Promise<boolean> {
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    Range: `bytes=-${TRAILER_BYTES}`,
  });
  try {
    const { Body } = await client.send(command);
    const trailer = Buffer.from((await Body?.transformToByteArray()) ?? []);
    if (trailer.length !== TRAILER_BYTES) return false;
    const sameText = trailer.readUInt32LE(0) === content.crc32;
    return sameText && trailer.readUInt32LE(4) === content.bytes % 2 ** 32;
  } catch (error) {
    throw translated(error, `read s3://${bucket}/${key}`);
  }
}

/**
 * Returns the object that is at the key already, if it is equal to the one that we meant to write.
 *
 * @throws {OutputConflictError} it is a different one; it is left as it is.
 * @throws {UploadConflictError} it is gone again, so the write may be tried once more.
 */
export async function storedTwin(
  client: S3Client,
  target: { readonly bucket: string; readonly key: string },
  meant: MeantObject,
): Promise<StoredObject> {
  const uri = `s3://${target.bucket}/${target.key}`;
  const stored = await headObject(client, target.bucket, target.key);
  if (stored === undefined)
    throw new UploadConflictError(`${uri} was deleted while it was written`);
  const { bytes, etag } = stored;
  const isSame =
    meant.content === undefined
      ? bytes === meant.bytes && stored.crc32Base64 === crc32Base64(meant.crc32)
      : await holdsContent(client, target, meant.content);
  if (isSame) return { bytes, etag, existed: true };
  throw new OutputConflictError(
    `${uri} already holds something else (${stored.bytes} bytes, this run has ${meant.bytes}); nothing was overwritten, so remove it or choose another output.uri`,
  );
}
