import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { translatedSource } from './errors.ts';
import { pinnedCrc32, pinSource, s3Source, unquoted } from './s3-source.ts';

/** Lists the objects below a prefix and pins the current version of each. */
export async function* listPins(
  client: S3Client,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<SourcePin> {
  const { bucket, key } = parseS3Uri(prefix);
  const pages = paginateListObjectsV2(
    { client },
    { Bucket: bucket, Prefix: key },
    { abortSignal: signal },
  );
  try {
    for await (const { Contents = [] } of pages) {
      for (const { Key = '', ETag, Size = 0 } of Contents) {
        const uri = `s3://${bucket}/${Key}`;
        yield { uri, etag: unquoted(ETag), versionId: null, size: Size };
      }
    }
  } catch (error) {
    throw translatedSource(error, prefix);
  }
}

/** An object store of all buckets that the client may read. */
export function s3ObjectStore(client: S3Client, signal?: AbortSignal): ObjectStore {
  return {
    pin: (uri, versionId) => pinSource(client, { uri, versionId }, signal),
    list: (prefix) => listPins(client, prefix, signal),
    open: (pin) => s3Source(client, pin, signal),
    crc32: (pin) => pinnedCrc32(client, pin, signal),
  };
}
