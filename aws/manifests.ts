import { inOrder } from '#core/bytes/in-order.ts';
import { ManifestError } from '#core/errors.ts';
import { assertLinked } from '#core/manifest/earlier.ts';
import type {
  EarlierManifest,
  ManifestEntry,
  ManifestHead,
  ManifestLink,
} from '#core/manifest/manifest.ts';
import { readManifest } from '#core/manifest/manifest-text.ts';
import { generationKey, manifestKey, outputUri } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { S3Client } from './clients/s3.ts';
import { linesOf, type OpenObject, openObject } from './objects.ts';

/** Heads of manifests that are read at the same time. */
const READS_AT_ONCE = 8;

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

/** Reads the head of a manifest, and not on to its end. */
async function headOf(object: OpenObject): Promise<ManifestHead> {
  try {
    return (await readManifest(linesOf(object))).head;
  } finally {
    // A body that is not read to its end would keep its connection.
    await object.body.return(undefined);
  }
}

/** CRC-32 of an object as S3 keeps it; undefined where it was written without one. */
function crc32Of({ crc32Base64 }: OpenObject): string | undefined {
  return crc32Base64 && Buffer.from(crc32Base64, 'base64').toString('hex');
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
  return { head: await headOf(object), etag: object.etag };
}

/**
 * Reads the heads of manifests that another one links, with one GET each. S3 says their length and
 * CRC-32, so that they are proved without being read to their ends.
 *
 * @throws {ManifestError} one is missing, or another than was linked.
 */
export async function readEarlier(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  links: readonly EarlierManifest[],
  signal?: AbortSignal,
): Promise<ManifestHead[]> {
  const tasks = links.map((link) => async () => {
    const key = generationKey(prefix, link.generation);
    const object = await openObject(s3, { bucket, key }, signal);
    assertLinked(link, object && { bytes: object.bytes, crc32: crc32Of(object) ?? 'none' });
    return await headOf(object!);
  });
  return await Array.fromAsync(inOrder(tasks, READS_AT_ONCE));
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
  const crc32 = object && crc32Of(object);
  if (object === undefined || crc32 === undefined) {
    throw new ManifestError(
      `${outputUri(location, key)} is missing or has no CRC-32, so nothing can be appended to it; restore the object that was written`,
    );
  }
  const { head, entries } = await readManifest(linesOf(object));
  return { head, link: { generation, bytes: object.bytes, crc32 }, entries };
}

/**
 * Entries of the set of a manifest in their order: those of the manifests that it links, each of
 * which is read to its end, then its own.
 *
 * @throws {ManifestError} a manifest is missing, or another one than was linked.
 */
export async function* entriesOfSet(
  s3: S3Client,
  location: OutputLocation,
  { head, entries }: GenerationManifest,
  signal?: AbortSignal,
): AsyncGenerator<ManifestEntry> {
  for (const link of head.earlier ?? []) {
    const linked = await openGeneration(s3, location, link.generation, signal);
    assertLinked(link, linked.link);
    yield* linked.entries;
  }
  yield* entries;
}
