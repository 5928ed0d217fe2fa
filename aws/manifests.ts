import { ManifestError } from '#core/errors.ts';
import type { ManifestEntry, ManifestHead, ManifestLink } from '#core/manifest/manifest.ts';
import { readManifest } from '#core/manifest/manifest-text.ts';
import { generationKey, manifestKey, outputUri } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { S3Client } from './clients.ts';
import { linesOf, openObject } from './objects.ts';

/** The head of the latest manifest of an output, and which object it was read from. */
export interface LatestManifest {
  readonly head: ManifestHead;
  /** Without quotes. */
  readonly etag: string;
}

/** The manifest of one generation; its entries are read when they are asked for. */
export interface GenerationManifest {
  readonly head: ManifestHead;
  readonly link: ManifestLink;
  /** When all entries are read, the client has checked the CRC-32 of the object. */
  readonly entries: AsyncGenerator<ManifestEntry>;
}

/**
 * Reads the head of an output's latest manifest, with one GET that is not read to its end.
 *
 * @returns undefined when there is none: nothing is complete.
 */
export async function readLatest(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  signal?: AbortSignal,
): Promise<LatestManifest | undefined> {
  const object = await openObject(s3, { bucket, key: manifestKey(prefix) }, signal);
  if (object === undefined) return undefined;
  try {
    const { head } = await readManifest(linesOf(object));
    return { head, etag: object.etag };
  } finally {
    // A body that is not read to its end would keep its connection.
    await object.body.return(undefined);
  }
}

/**
 * Opens the manifest of a generation that was finished.
 *
 * @throws {ManifestError} it is missing, or another program wrote it.
 */
export async function openGeneration(
  s3: S3Client,
  location: OutputLocation,
  generation: number,
  signal?: AbortSignal,
): Promise<GenerationManifest> {
  const key = generationKey(location.prefix, generation);
  const object = await openObject(s3, { bucket: location.bucket, key }, signal);
  if (object?.crc32Base64 === undefined) {
    throw new ManifestError(
      `${outputUri(location, key)} is missing or has no CRC-32, so nothing can be appended to it; restore the object that was written`,
    );
  }
  const { head, entries } = await readManifest(linesOf(object));
  const crc32 = Buffer.from(object.crc32Base64, 'base64').toString('hex');
  return { head, link: { generation, bytes: object.bytes, crc32 }, entries };
}
