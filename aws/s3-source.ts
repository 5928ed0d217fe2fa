import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  GetObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { assertRange } from '#core/bytes/assert-range.ts';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { release } from '#core/bytes/release.ts';
import { ServiceUnavailableError } from '#core/errors.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { deletedSource, type NamedSource } from './deleted-source.ts';
import { sendHead } from './denied-head.ts';
import { translatedSource } from './errors.ts';
import { assertReadable, refusedSource } from './unreadable-source.ts';

const MAX_TRIES = 4;

/** ETag without its quotes, as manifests and pins have it. */
export function unquoted(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

/**
 * What S3 says of an object now.
 *
 * @throws {SourceNotFoundError} there is none.
 * @throws {UnsupportedSourceError} it is archived, in another Region, or encrypted with a key that
 * S3 does not keep.
 */
export async function headSource(
  client: S3Client,
  source: NamedSource,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput> {
  const { bucket, key } = parseS3Uri(source.uri);
  const input = { Bucket: bucket, Key: key, VersionId: source.versionId };
  const head = await sendHead(client, input, signal).catch(async (error: unknown) => {
    throw deletedSource(error, source) ?? (await refusedSource(client, error, source.uri));
  });
  assertReadable(source.uri, head);
  return head;
}

/** Id of an object that was stored while its bucket kept no versions: the next one replaces it. */
const NULL_VERSION = 'null';

/** The version that S3 had of an object when it was asked, or that was asked for. */
export function pinOf({ uri, versionId }: NamedSource, head: HeadObjectCommandOutput): SourcePin {
  const seen = head.VersionId === NULL_VERSION ? undefined : head.VersionId;
  return {
    uri,
    etag: unquoted(head.ETag),
    versionId: versionId ?? seen ?? null,
    size: head.ContentLength ?? 0,
  };
}

/**
 * Finds the version of an object, to which a run will be bound: in a bucket that keeps versions,
 * every read will name it, whatever is written there since. One HEAD request.
 *
 * @throws {SourceNotFoundError} the object, version or bucket does not exist, or was deleted.
 */
export async function pinSource(
  client: S3Client,
  source: NamedSource,
  signal?: AbortSignal,
): Promise<SourcePin> {
  return pinOf(source, await headSource(client, source, signal));
}

/** CRC-32 in Base64, of a whole object: that of an upload in parts may end with their number. */
const WHOLE_CRC32 = /^[A-Za-z0-9+/]{6}==$/;

/**
 * CRC-32 of a pinned object as S3 has it. One HEAD request.
 *
 * @returns undefined if the object was stored without one, or with one of its parts only.
 * @throws {SourceChangedError} the object was replaced.
 */
export async function pinnedCrc32(
  client: S3Client,
  { uri, etag, versionId }: SourcePin,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const { bucket, key } = parseS3Uri(uri);
  const input: HeadObjectCommandInput = {
    Bucket: bucket,
    Key: key,
    IfMatch: `"${etag}"`,
    VersionId: versionId ?? undefined,
    ChecksumMode: 'ENABLED',
  };
  const { ChecksumCRC32: crc32 = '' } = await sendHead(client, input, signal).catch(
    (error: unknown) => {
      throw translatedSource(error, uri);
    },
  );
  return WHOLE_CRC32.test(crc32) ? Buffer.from(crc32, 'base64').readUInt32BE() : undefined;
}

/**
 * Collects a body of known length without a second copy. By events, as an iterator takes a sixth
 * more of the time of a GET, and into memory that was not zeroed, which would take a tenth.
 */
async function collect(body: Readable, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  let filled = 0;
  body.on('data', (piece: Buffer) => {
    if (filled + piece.length > length) {
      body.destroy(new ServiceUnavailableError(`a body of ${length} bytes did not end there`));
      return;
    }
    bytes.set(piece, filled);
    filled += piece.length;
    release(piece);
  });
  await finished(body);
  if (filled === length) return bytes;
  throw new ServiceUnavailableError(`a body of ${length} bytes ended after ${filled}`);
}

/**
 * Reads one pinned version of an S3 object by byte range. Every GET has If-Match and the id of the
 * version, if it has one, so all reads of a run see the same bytes or fail. A body that breaks off
 * is read again.
 *
 * @example
 * const client = createS3Client();
 * const pin = await pinSource(client, { uri: 's3://bucket/x.npz' });
 * const head = await s3Source(client, pin).read({ offset: 0, length: 1024 });
 */
export function s3Source(client: S3Client, pin: SourcePin, signal?: AbortSignal): ByteSource {
  const { bucket, key } = parseS3Uri(pin.uri);

  const readOnce = async ({ offset, length }: ByteRange): Promise<Uint8Array<ArrayBuffer>> => {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      Range: `bytes=${offset}-${offset + length - 1}`,
      IfMatch: `"${pin.etag}"`,
      VersionId: pin.versionId ?? undefined,
    });
    const { Body } = await client.send(command, { abortSignal: signal });
    return await collect(Body as Readable, length);
  };

  return {
    uri: pin.uri,
    size: pin.size,
    etag: pin.etag,
    async read(range) {
      assertRange(pin, range);
      if (range.length === 0) return new Uint8Array(0);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await readOnce(range);
        } catch (cause) {
          const error = translatedSource(cause, pin.uri);
          const healing = error instanceof ServiceUnavailableError && !signal?.aborted;
          if (!healing || attempt === MAX_TRIES) throw error;
        }
      }
    },
  };
}
