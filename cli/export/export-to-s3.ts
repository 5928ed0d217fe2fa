import { createS3Client } from '#aws/clients/s3.ts';
import { readText } from '#aws/objects.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { RequestFields } from '#cli/options/request-file.ts';
import { ManifestError } from '#core/errors.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { parseS3Uri, S3_URI } from '#core/objects/s3-uri.ts';
import type { ExportEnd, ExportJob } from './export-job.ts';
import { runHere } from './run-here.ts';

/** The manifest of an output, which a run has found complete. */
async function manifestAt(uri: string) {
  const { bucket, key } = parseS3Uri(uri);
  const s3 = createS3Client();
  const text = await readText(s3, bucket, key).finally(() => s3.destroy());
  if (text === undefined) throw new ManifestError(`${uri} is gone; start again`);
  return parseManifest(text);
}

/**
 * Makes the output of a request in S3, below an URI. It is complete when its manifest is there.
 *
 * @throws {UsageError} the URI names no place.
 * @throws {OutputConflictError} something else is there; it is left as it is.
 * @throws as `runHere`.
 */
export async function exportToS3(job: ExportJob, out: string): Promise<ExportEnd> {
  const uri = out.endsWith('/') ? out : `${out}/`;
  if (!S3_URI.test(`${uri}x`)) {
    throw new UsageError(`--out must look like s3://bucket/prefix/, got ${out}`);
  }
  const { request, mode, functions, mounts, threads, progress, signal } = job;
  const output = { ...(request['output'] as RequestFields), uri, mode };
  const places = { mounts, outputBucket: parseS3Uri(uri).bucket, functions };
  const ended = await runHere(
    { places, request: { ...request, output }, threads, progress },
    signal,
  );
  if ('run' in ended) return { manifest: ended.result, isNew: true };
  if (ended.decision === 'dry-run') return ended;
  return { manifest: await manifestAt(ended.manifest), isNew: false };
}
