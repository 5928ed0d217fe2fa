import type { S3Client } from '#aws/clients.ts';
import { createObject, replaceObject } from '#aws/create-only.ts';
import { openObject } from '#aws/objects.ts';
import { ManifestError, OutputConflictError } from '#core/errors.ts';
import { generationKey, manifestKey, outputUri } from '#core/run/output-keys.ts';
import { generationOf, type RunHeader } from '#core/run/run.ts';
import { type LatestManifest, readLatest } from '#lambdas/shared/manifests.ts';

async function* ownManifest(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { output } = run;
  const key = generationKey(output.prefix, generationOf(run));
  const object = await openObject(s3, { bucket: output.bucket, key }, signal);
  if (object === undefined) {
    throw new ManifestError(`${outputUri(output, key)} was removed before it was published`);
  }
  yield* object.body;
}

function assertBase(latest: LatestManifest | undefined, { base, output, runId }: RunHeader): void {
  const found = latest === undefined ? 0 : (latest.head.generation ?? 1);
  if (found === base.generation) return;
  const uri = outputUri(output, manifestKey(output.prefix));
  throw new OutputConflictError(
    `run ${runId} comes after generation ${base.generation} of ${uri}, which is of generation ${found} now (0: none is there); nothing was overwritten, so restore it`,
  );
}

/** Tells with one GET whether a run's generation is in its output, whoever put it there. */
export async function isPublished(
  s3: S3Client,
  { output, base, runId }: RunHeader,
  signal: AbortSignal,
): Promise<boolean> {
  const latest = await readLatest(s3, output, signal);
  return latest?.head.generations?.[base.generation]?.runId === runId;
}

/**
 * Makes a run's generation the latest: copies its manifest over that of its base, which must still be
 * there. Until then the base is what readers see.
 *
 * @throws {OutputConflictError} the latest manifest is not that of the base.
 */
export async function publishGeneration(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): Promise<void> {
  const latest = await readLatest(s3, run.output, signal);
  assertBase(latest, run);
  const { bucket, prefix } = run.output;
  const target = { bucket, key: manifestKey(prefix), contentType: 'application/json' };
  const bytes = ownManifest(s3, run, signal);
  if (latest === undefined) await createObject(s3, target, bytes, signal);
  else await replaceObject(s3, { ...target, replaces: latest.etag }, bytes, signal);
}
