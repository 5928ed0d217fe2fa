import { type S3Client, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import { SourceChangedError } from '#core/errors.ts';
import { statusOf, translated } from './errors.ts';
import { unquoted } from './s3-source.ts';
import type { SharedUpload, StoredPart } from './single-upload.ts';

/** Bytes of an object that become a part. */
interface CopiedPart {
  /** From 1. */
  readonly number: number;
  readonly from: { readonly bucket: string; readonly key: string; readonly etag: string };
  readonly offset: number;
  readonly length: number;
  /** Whether that is all of the object. */
  readonly isWhole: boolean;
}

/** An object as the header of a copy names it. */
function sourceName({ bucket, key }: CopiedPart['from']): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * Lets S3 copy bytes of an object as a part of an upload. No byte comes here.
 *
 * @throws {SourceChangedError} the object is another one than expected.
 */
export async function copyPart(
  client: S3Client,
  { bucket, key, id }: SharedUpload,
  { number, from, offset, length, isWhole }: CopiedPart,
  signal: AbortSignal,
): Promise<StoredPart> {
  const range = isWhole ? {} : { CopySourceRange: `bytes=${offset}-${offset + length - 1}` };
  const command = new UploadPartCopyCommand({
    ...{ Bucket: bucket, Key: key, UploadId: id, PartNumber: number },
    ...{ CopySource: sourceName(from), CopySourceIfMatch: `"${from.etag}"` },
    ...range,
  });
  const uri = `s3://${from.bucket}/${from.key}`;
  try {
    const { CopyPartResult: copied } = await client.send(command, { abortSignal: signal });
    const figures = { bytes: length, etag: unquoted(copied?.ETag) };
    return { number, ...figures, crc32Base64: copied?.ChecksumCRC32 };
  } catch (error) {
    if (statusOf(error) === 412 || statusOf(error) === 404) {
      const gone = `${uri} is not the object that the manifest lists`;
      throw new SourceChangedError(gone, { cause: error });
    }
    throw translated(error, `copy ${uri}`);
  }
}
