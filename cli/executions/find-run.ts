import type { S3Client } from '#aws/clients.ts';
import { s3OutputRecords } from '#aws/output-records.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { placeRun } from '#core/manifest/place-run.ts';
import { type BoundRun, bindRun, type Deployment } from '#core/run/bind-run.ts';
import type { WatchedRun } from './watch-run.ts';

/**
 * Finds the run that a request stands for, as Plan will. One HEAD request per object.
 *
 * @throws {SourceNotFoundError} the source does not exist.
 */
export async function findRun(
  client: S3Client,
  request: unknown,
  deployment: Deployment,
): Promise<BoundRun> {
  return await bindRun(request, deployment, s3ObjectStore(client));
}

/**
 * Finds where a run will write, as Plan will.
 *
 * @returns undefined when the run is in its output already.
 * @throws {OutputConflictError} the output belongs to another run, or is being written by one.
 */
export async function placeInS3(
  client: S3Client,
  { request, runId, location }: BoundRun,
): Promise<WatchedRun | undefined> {
  const { mode, spec: output } = request.output;
  const records = s3OutputRecords(client, location);
  const placement = await placeRun({ runId, location, mode, output }, records);
  return 'published' in placement ? undefined : { runId, location, output, ...placement };
}
