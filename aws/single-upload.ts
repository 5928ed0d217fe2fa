import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type Part,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import { UploadConflictError, UploadLostError } from '#core/errors.ts';
import { isNamed, translated } from './errors.ts';
import type { SentObject, UploadTarget } from './part-sink.ts';
import { unquoted } from './s3-source.ts';
import {
  isConflict,
  isTaken,
  isVanishedUpload,
  type StoredObject,
  storedTwin,
} from './stored-object.ts';
import type { StreamedBody } from './streamed-body.ts';

/** An upload whose parts many writers send. */
export interface SharedUpload {
  readonly bucket: string;
  readonly key: string;
  readonly id: string;
}

/** A part as S3 has it. */
export interface StoredPart extends Omit<StoredObject, 'existed'> {
  /** From 1. */
  readonly number: number;
  /** In Base64; undefined where the upload has none. */
  readonly crc32Base64: string | undefined;
}

/** A part to send: in memory, or made while it is sent. */
interface SentPart extends Figures {
  /** From 1. */
  readonly number: number;
  readonly body: Uint8Array | StreamedBody;
}

function addressOf({ bucket, key, id }: SharedUpload) {
  return { Bucket: bucket, Key: key, UploadId: id };
}

function uriOf({ bucket, key }: Pick<SharedUpload, 'bucket' | 'key'>): string {
  return `s3://${bucket}/${key}`;
}

/** What was sent for an upload that is no longer there is sent again for the next one. */
export function lostUpload(
  upload: Pick<SharedUpload, 'bucket' | 'key'>,
  why: string,
  cause?: Error,
) {
  return new UploadLostError(
    `the upload of ${uriOf(upload)} ${why}, so its parts have to be written again: start the request again`,
    { cause },
  );
}

/** Begins an upload whose parts and whole have a CRC-32. @returns its id */
export async function beginUpload(
  client: S3Client,
  { bucket, key, contentType }: UploadTarget,
): Promise<string> {
  const command = new CreateMultipartUploadCommand({
    ...{ Bucket: bucket, Key: key, ContentType: contentType },
    ...{ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' },
  });
  try {
    // Without a signal: an aborted request would leave an upload that nobody knows.
    const { UploadId } = await client.send(command);
    if (UploadId === undefined) throw new UploadConflictError('S3 named no upload');
    return UploadId;
  } catch (error) {
    throw translated(error, `write ${uriOf({ bucket, key })}`);
  }
}

/** Removes an upload with its parts; one that is gone is no error. */
export async function abortUpload(client: S3Client, upload: SharedUpload): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand(addressOf(upload)));
  } catch (error) {
    if (!isVanishedUpload(error)) throw translated(error, `abort the upload of ${uriOf(upload)}`);
  }
}

/** Whether S3 still has an upload. Sends one request. */
export async function isUnderWay(client: S3Client, upload: SharedUpload): Promise<boolean> {
  try {
    await client.send(new ListPartsCommand({ ...addressOf(upload), MaxParts: 1 }));
    return true;
  } catch (error) {
    if (isVanishedUpload(error)) return false;
    throw translated(error, `list the parts of ${uriOf(upload)}`);
  }
}

function partOf({ PartNumber, Size, ETag, ChecksumCRC32 }: Part): StoredPart {
  const figures = { bytes: Size ?? 0, etag: unquoted(ETag), crc32Base64: ChecksumCRC32 };
  return { number: PartNumber ?? 0, ...figures };
}

/** Lists the parts of an upload in their order. @returns undefined when S3 has no such upload */
export async function listParts(
  client: S3Client,
  upload: SharedUpload,
  signal?: AbortSignal,
): Promise<readonly StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  try {
    // The SDK's paginator goes on behind the last page, which has a marker, too.
    for (let PartNumberMarker: string | undefined; ; ) {
      const command = new ListPartsCommand({ ...addressOf(upload), PartNumberMarker });
      const page = await client.send(command, { abortSignal: signal });
      parts.push(...(page.Parts ?? []).map(partOf));
      if (page.IsTruncated !== true) return parts;
      PartNumberMarker = page.NextPartNumberMarker;
    }
  } catch (error) {
    if (isVanishedUpload(error)) return undefined;
    throw translated(error, `list the parts of ${uriOf(upload)}`);
  }
}

/**
 * Sends one part. One of the same number that is there is replaced.
 *
 * @throws {UploadLostError} S3 has no such upload.
 */
export async function sendPart(
  client: S3Client,
  upload: SharedUpload,
  { number, body, bytes, crc32 }: SentPart,
  signal: AbortSignal,
): Promise<SentObject> {
  const command = new UploadPartCommand({
    ...addressOf(upload),
    PartNumber: number,
    Body: body as Uint8Array,
    ContentLength: bytes,
    ChecksumCRC32: crc32Base64(crc32),
  });
  try {
    const { ETag } = await client.send(command, { abortSignal: signal });
    return { bytes, etag: unquoted(ETag), existed: false, sent: { bytes, crc32 } };
  } catch (error) {
    if (isVanishedUpload(error)) throw lostUpload(upload, 'is gone', error as Error);
    throw translated(error, `write part ${number} of ${uriOf(upload)}`);
  }
}

function completionOf(
  upload: SharedUpload,
  whole: Figures,
  parts: readonly StoredPart[],
): CompleteMultipartUploadCommand {
  const Parts: CompletedPart[] = parts.map(({ number, etag, crc32Base64: ChecksumCRC32 }) => {
    return { PartNumber: number, ETag: `"${etag}"`, ChecksumCRC32 };
  });
  return new CompleteMultipartUploadCommand({
    ...addressOf(upload),
    MultipartUpload: { Parts },
    ChecksumCRC32: crc32Base64(whole.crc32),
    ChecksumType: 'FULL_OBJECT',
    MpuObjectSize: whole.bytes,
    IfNoneMatch: '*',
  });
}

/**
 * Makes one object of all parts of an upload, create-only, if its length and CRC-32 are these.
 *
 * @param ways the parts, with the ETags to name them by. The next are tried where S3 has other ones
 * of the same bytes.
 * @returns the stored object, which may be an equal one that was there before.
 * @throws {OutputConflictError} a different object is there; the upload stays.
 * @throws {UploadLostError} the upload is gone, or was aborted as its key changed meanwhile.
 */
export async function completeUpload(
  client: S3Client,
  upload: SharedUpload,
  whole: Figures,
  [parts, ...others]: readonly (readonly StoredPart[])[],
): Promise<StoredObject> {
  try {
    const { ETag } = await client.send(completionOf(upload, whole, parts ?? []));
    return { bytes: whole.bytes, etag: unquoted(ETag), existed: false };
  } catch (error) {
    if (isNamed(error, 'InvalidPart') && others.length > 0) {
      return await completeUpload(client, upload, whole, others);
    }
    if (isVanishedUpload(error)) return await standing(client, upload, whole);
    if (isTaken(error)) {
      const twin = await standing(client, upload, whole);
      await abortUpload(client, upload);
      return twin;
    }
    if (isConflict(error)) {
      await abortUpload(client, upload);
      throw lostUpload(upload, 'was overtaken by a write or delete of its key', error as Error);
    }
    throw translated(error, `complete ${uriOf(upload)}`);
  }
}

/**
 * The object that is there in the place of an upload, if it is the whole that was meant.
 *
 * @throws {OutputConflictError} it is a different one.
 * @throws {UploadLostError} there is none.
 */
export async function standing(
  client: S3Client,
  upload: SharedUpload,
  whole: Figures,
): Promise<StoredObject> {
  try {
    return await storedTwin(client, upload, whole);
  } catch (error) {
    if (!(error instanceof UploadConflictError)) throw error;
    throw lostUpload(upload, 'is gone', error);
  }
}
