import { GetObjectCommand, type HeadObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import { OutputConflictError, UploadConflictError } from '#core/errors.ts';
import { sendHead } from './denied-head.ts';
import { isNamed, statusOf, translated } from './errors.ts';
import { unquoted } from './s3-source.ts';

/** What lies at a key after a create-only write. */
export interface StoredObject {
  /** Bytes. */
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** True when an equal object was there before, written by a twin or an earlier try. */
  readonly existed: boolean;
}

/** Figures of an object that may exist; undefined when it does not. */
export interface ObjectFigures {
  readonly bytes: number;
  /** Base64 as S3 reports it; undefined when the object was stored without one. */
  readonly crc32Base64: string | undefined;
  readonly etag: string;
}

/** Looks at an object with one HEAD request. @returns undefined when there is none. */
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
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw translated(error, `look at s3://${bucket}/${key}`);
  }
}

/** S3 says that the key was taken, or what was to be replaced is gone, before the write was committed. */
export function isTaken(error: unknown): boolean {
  return statusOf(error) === 412 || isNamed(error, 'NoSuchKey');
}

/** S3 says that the key changed while a conditional write was under way. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409;
}

/** S3 does not know the upload: it was completed by an answer that got lost, or aborted. */
export function isVanishedUpload(error: unknown): boolean {
  return isNamed(error, 'NoSuchUpload');
}

/** Length of a gzip member's trailer: CRC-32 and length modulo 2^32 of its content, little-endian (RFC 1952). */
const TRAILER_BYTES = 8;

/** What a write was going to store. */
export interface MeantObject {
  /** Bytes of the object. */
  readonly bytes: number;
  /** CRC-32 of the object. */
  readonly crc32: number;
  /** Of the text inside, if it is compressed: the same text may be compressed in other bytes. */
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
 * The object that was written before us, if it is the one that we meant to write.
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
