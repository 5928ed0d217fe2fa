import type { S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { OutputConflictError } from '#core/errors.ts';
import { claimKey, outputUri } from '#core/output.ts';
import type { OutputLocation } from '#core/run.ts';
import { claimText, readClaim } from '#lambdas/shared/claim.ts';

/**
 * Tells whose a prefix is, with one GET.
 *
 * @returns false when nobody has claimed it yet.
 * @throws {OutputConflictError} another run has.
 */
export async function isClaimedBy(
  s3: S3Client,
  output: OutputLocation,
  runId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const claim = await readClaim(s3, output, signal);
  if (claim === undefined) return false;
  if (claim === claimText(runId)) return true;
  throw new OutputConflictError(
    `${outputUri(output, output.prefix)} belongs to another run (${claim.trim().slice(0, 80)}); this is run ${runId}: choose another output.uri, or remove that output first`,
  );
}

/**
 * Claims a prefix for one run by a create-only object; claiming it again is fine.
 *
 * @throws {OutputConflictError} another run was faster.
 */
export async function claimPrefix(
  s3: S3Client,
  output: OutputLocation,
  runId: string,
  signal: AbortSignal,
): Promise<void> {
  if (await isClaimedBy(s3, output, runId, signal)) return;
  const target = {
    bucket: output.bucket,
    key: claimKey(output.prefix),
    contentType: 'application/json',
  };
  await createObject(s3, target, [claimText(runId)], signal);
}
