import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { s3OutputRecords } from '#aws/output-records.ts';
import { OutputConflictError } from '#core/errors.ts';
import { claimText, isClaimedBy, type PlacedRun } from '#core/manifest/place-run.ts';
import { claimKey } from '#core/run/output-keys.ts';

/**
 * Claims a generation for one run by a create-only object. The same run may claim it again.
 *
 * @throws {OutputConflictError} another run was faster.
 */
export async function claimGeneration(
  s3: S3Client,
  run: PlacedRun,
  signal: AbortSignal,
): Promise<void> {
  const records = s3OutputRecords(s3, run.location, signal);
  if (await isClaimedBy(run, records)) return;
  const { bucket, prefix } = run.location;
  const key = claimKey(prefix, run.generation);
  const target = { bucket, key, contentType: 'application/json' };
  try {
    await createObject(s3, target, [claimText(run)], signal);
  } catch (error) {
    // Replaces the error by one that says which run was faster, and what to do.
    if (error instanceof OutputConflictError) await isClaimedBy(run, records);
    throw error;
  }
}
