import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { isMarker } from '#core/objects/is-marker.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { Arrival } from '#core/tables/inbox/choose-arrivals.ts';
import { unquoted } from './s3-source.ts';
import { refusedSource } from './unreadable-source.ts';

/**
 * Lists what lies in an inbox, in the order of its keys, without markers such as `_SUCCESS`. One
 * LIST request per thousand objects; an inbox may be empty.
 */
export async function* listArrivals(
  client: S3Client,
  folder: string,
  signal?: AbortSignal,
): AsyncGenerator<Arrival> {
  const { bucket, key } = parseS3Uri(folder);
  const where = { Bucket: bucket, Prefix: key };
  try {
    for await (const page of paginateListObjectsV2({ client }, where, { abortSignal: signal })) {
      for (const { Key = '', ETag, Size: size = 0, LastModified } of page.Contents ?? []) {
        const uri = `s3://${bucket}/${Key}`;
        if (isMarker({ uri, size })) continue;
        yield { uri, etag: unquoted(ETag), size, arrivedAt: LastModified?.getTime() ?? 0 };
      }
    }
  } catch (error) {
    throw await refusedSource(client, error, folder);
  }
}
