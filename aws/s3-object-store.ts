import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { inOrder } from '#core/bytes/in-order.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { headSource, pinnedCrc32, pinOf, pinSource, s3Source, unquoted } from './s3-source.ts';
import { isArchive, refusedSource } from './unreadable-source.ts';

/** Lists the objects below a prefix and pins each by its ETag; a list names no versions. */
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
      for (const { Key = '', ETag, Size = 0, StorageClass = '' } of Contents) {
        const uri = `s3://${bucket}/${Key}`;
        if (isArchive(StorageClass)) await headSource(client, { uri }, signal);
        yield { uri, etag: unquoted(ETag), versionId: null, size: Size };
      }
    }
  } catch (error) {
    throw await refusedSource(client, error, prefix);
  }
}

/** HEAD requests under way at once; half of the connections of a client. */
const HEADS_AT_ONCE = 32;

/**
 * Gives the objects of one bucket the versions that they have now. If the answer to the first HEAD
 * names no version, the bucket never kept any, and no other HEAD is sent.
 */
async function pinVersions(
  client: S3Client,
  listed: readonly SourcePin[],
  signal?: AbortSignal,
): Promise<readonly SourcePin[]> {
  const [first, ...others] = listed;
  if (first === undefined) return [];
  const head = await headSource(client, { uri: first.uri }, signal);
  if (head.VersionId === undefined) return listed;
  const tasks = others.map(
    ({ uri }) =>
      () =>
        pinSource(client, { uri }, signal),
  );
  const rest = await Array.fromAsync(inOrder(tasks, HEADS_AT_ONCE));
  return [pinOf({ uri: first.uri }, head), ...rest];
}

/** An object store of all buckets that the client may read. */
export function s3ObjectStore(client: S3Client, signal?: AbortSignal): ObjectStore {
  return {
    pin: (uri, versionId) => pinSource(client, { uri, versionId }, signal),
    list: (prefix) => listPins(client, prefix, signal),
    pinVersions: (listed) => pinVersions(client, listed, signal),
    open: (pin) => s3Source(client, pin, signal),
    crc32: (pin) => pinnedCrc32(client, pin, signal),
  };
}
