import type { S3Client } from '#aws/clients/s3.ts';
import { createObject, replaceObject } from '#aws/create-only.ts';
import { type LatestManifest, readEarlier, readLatest } from '#aws/manifests.ts';
import { openObject } from '#aws/objects.ts';
import { headObject } from '#aws/stored-object.ts';
import { ManifestError, OutputConflictError } from '#core/errors.ts';
import type { ManifestHead } from '#core/manifest/manifest.ts';
import { generationKey, manifestKey, outputUri } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';

async function* ownManifest(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { location, generation } = run;
  const key = generationKey(location.prefix, generation);
  const object = await openObject(s3, { bucket: location.bucket, key }, signal);
  if (object === undefined) {
    throw new ManifestError(`${outputUri(location, key)} was removed before it was published`);
  }
  yield* object.body;
}

function assertBase(latest: LatestManifest | undefined, run: RunHeader): void {
  const base = run.generation - 1;
  const found = latest?.head.generation ?? 0;
  if (found === base) return;
  const uri = outputUri(run.location, manifestKey(run.location.prefix));
  throw new OutputConflictError(
    `run ${run.runId} comes after generation ${base} of ${uri}, which is of generation ${found} now (0: none is there); nothing was overwritten, so restore it`,
  );
}

/**
 * Finds out whether a run is in its output already, by any execution: with one GET, and one more
 * where another manifest lists its generation.
 */
export async function isPublished(
  s3: S3Client,
  { location, generation, runId }: RunHeader,
  signal: AbortSignal,
): Promise<boolean> {
  const latest = await readLatest(s3, location, signal);
  if (latest === undefined) return false;
  const isIn = ({ generations }: ManifestHead) =>
    generations.some((run) => run.generation === generation && run.runId === runId);
  if (isIn(latest.head)) return true;
  const link = latest.head.earlier?.find((each) => generation <= each.generation);
  if (link === undefined) return false;
  return (await readEarlier(s3, location, [link], signal)).some(isIn);
}

/**
 * Makes a run's generation the latest: replaces the manifest of its base, which must still be the
 * latest, by a copy of its own. Until then readers see the base.
 *
 * @throws {OutputConflictError} the latest manifest is not that of the base.
 */
export async function publishGeneration(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): Promise<void> {
  const latest = await readLatest(s3, run.location, signal);
  assertBase(latest, run);
  const { bucket, prefix } = run.location;
  const target = { bucket, key: manifestKey(prefix), contentType: 'application/json' };
  const bytes = ownManifest(s3, run, signal);
  if (latest === undefined) await createObject(s3, target, bytes, signal);
  else await replaceObject(s3, { ...target, replaces: latest.etag }, bytes, signal);
}

/**
 * Publishes what another attempt of the same generation has proved, if it died before it could:
 * else no attempt could ever follow it, since the manifest of a generation is written once.
 *
 * @throws as {@link publishGeneration}.
 */
export async function publishProved(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): Promise<void> {
  const latest = await readLatest(s3, run.location, signal);
  if ((latest?.head.generation ?? 0) >= run.generation) return;
  const { bucket, prefix } = run.location;
  const key = generationKey(prefix, run.generation);
  if ((await headObject(s3, bucket, key)) === undefined) return;
  await publishGeneration(s3, run, signal);
}
