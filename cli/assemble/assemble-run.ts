import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { headObject } from '#aws/stored-object.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { crc32Base64, crc32Hex } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import { ManifestError } from '#core/errors.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { MAX_PARTS, PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';
import { type OutputSpec, outputOf } from '#core/run/run-output.ts';
import { type JoinBounds, type Joined, joinObjects } from './join-objects.ts';

/** What S3 takes. */
const BOUNDS: JoinBounds = { ...PART_BYTES_OF_OBJECT, parts: MAX_PARTS };

/** Why the files of an output are not one when they are joined; undefined if they are. */
function joinProblem(spec: OutputSpec): string | undefined {
  if (spec.kind !== 'table') {
    const { part } = matrixOutputOf({ ...spec, single: true } as typeof spec);
    return part === undefined ? `chunks of ${spec.kind} are files of their own` : undefined;
  }
  const { file, partitionBy } = spec;
  if (partitionBy !== undefined) return 'its files lie in folders of partitions';
  if (file.format === 'csv' && file.header) {
    return 'each of its files begins with the names of the columns (output.csv.header)';
  }
  const isText = file.format === 'csv' || file.format === 'jsonl';
  return isText ? undefined : `files of ${file.format} are not one when they are joined`;
}

/** Whether the content of chunks is what is stored, so that the manifest knows its CRC-32. */
function isPlain(spec: OutputSpec): boolean {
  return spec.kind === 'table' || !matrixOutputOf(spec).isCompressed;
}

/** @throws {ManifestError} what S3 has copied is not what the manifest says. */
function checkAgainst({ totals, output }: Manifest): (whole: Figures) => void {
  return ({ bytes, crc32 }) => {
    const isRight = !isPlain(output) || crc32Hex(crc32) === totals.crc32;
    if (bytes === totals.bytes && isRight) return;
    throw new ManifestError(
      `the joined chunks have ${bytes} bytes and CRC-32 ${crc32Hex(crc32)}, the manifest says ${totals.bytes} and ${totals.crc32}; nothing was made`,
    );
  };
}

/** Whether an object of these figures is there already; of gzip the manifest knows the length. */
async function isThere(
  client: S3Client,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  { totals, output }: Manifest,
): Promise<boolean> {
  const stored = await headObject(client, bucket, key);
  if (stored?.bytes !== totals.bytes) return false;
  const crc = crc32Base64(Number.parseInt(totals.crc32, 16));
  return isPlain(output) && stored.crc32Base64 === crc;
}

/** What `assemble` has done. */
export type Assembled = Partial<Joined> & { readonly isNew: boolean };

/**
 * Joins the chunks of all generations of an output into one object, create-only.
 *
 * @param bounds other ones than those of S3, for tests.
 * @throws {UsageError} its chunks are not one file when they are joined.
 * @throws {ManifestError} a chunk is not what the manifest says.
 * @throws {SourceChangedError} a chunk is gone, or another one.
 * @throws {OutputConflictError} something else lies at the key.
 */
export async function assembleRun(
  client: S3Client,
  { manifest }: Pick<StoredRun, 'manifest'>,
  { uri, signal }: { readonly uri: string; readonly signal: AbortSignal },
  bounds = BOUNDS,
): Promise<Assembled> {
  const { output, entries } = manifest;
  const problem = joinProblem(output);
  if (problem !== undefined) {
    throw new UsageError(
      `the output cannot be joined: ${problem}; write it as CSV without a header in each file`,
    );
  }
  const { contentType } = outputOf(output);
  const target = { ...parseS3Uri(uri), contentType };
  if (await isThere(client, target, manifest)) return { isNew: false };
  const objects = entries.map(({ url, meta, etag }) => {
    return { ...parseS3Uri(url), bytes: meta.content_length, etag };
  });
  const check = checkAgainst(manifest);
  if (manifest.totals.bytes === 0) {
    const { bytes, etag } = await createObject(client, target, [], signal);
    return { isNew: true, bytes, etag, crc32: 0, parts: 0, gatheredBytes: 0 };
  }
  const joined = await joinObjects(client, objects, target, { bounds, signal, check });
  return { isNew: true, ...joined };
}
