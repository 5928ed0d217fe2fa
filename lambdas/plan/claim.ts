import type { S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { OutputConflictError } from '#core/errors.ts';
import { claimKey, outputUri } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run.ts';
import { claimText, readClaim } from '#lambdas/shared/claim.ts';

/** A run and what it writes: a generation of an output. */
export interface Claim {
  readonly runId: string;
  readonly output: OutputLocation;
  /** From 1; the first one stands for the whole prefix. */
  readonly generation: number;
  /** Whether the run may come after others, or must be the first. */
  readonly append: boolean;
}

const MAX_CLAIM_CHARACTERS = 80;

function refusal(
  { runId, output, generation, append }: Claim,
  holder: string,
): OutputConflictError {
  const uri = outputUri(output, output.prefix);
  const other = holder.trim().slice(0, MAX_CLAIM_CHARACTERS);
  if (!append) {
    return new OutputConflictError(
      `${uri} belongs to another run (${other}); this is run ${runId}: choose another output.uri, set output.append to add these rows to that output, or remove it first`,
    );
  }
  return new OutputConflictError(
    `generation ${generation} of ${uri} is being written by another run (${other}), so run ${runId} cannot be appended yet: wait for that run or start its request again (docs/operations.md, Append, if it can never finish), then repeat this one`,
  );
}

/**
 * Tells whose a generation is, with one GET.
 *
 * @returns false when nobody has claimed it yet.
 * @throws {OutputConflictError} another run has.
 */
export async function isClaimedBy(
  s3: S3Client,
  claim: Claim,
  signal: AbortSignal,
): Promise<boolean> {
  const holder = await readClaim(s3, claim.output, claim.generation, signal);
  if (holder === undefined) return false;
  if (holder === claimText(claim.runId)) return true;
  throw refusal(claim, holder);
}

/**
 * Claims a generation for one run by a create-only object; claiming it again is fine.
 *
 * @throws {OutputConflictError} another run was faster.
 */
export async function claimGeneration(
  s3: S3Client,
  claim: Claim,
  signal: AbortSignal,
): Promise<void> {
  if (await isClaimedBy(s3, claim, signal)) return;
  const { bucket, prefix } = claim.output;
  const key = claimKey(prefix, claim.generation);
  const target = { bucket, key, contentType: 'application/json' };
  try {
    await createObject(s3, target, [claimText(claim.runId)], signal);
  } catch (error) {
    // Says who was faster, and what to do.
    if (error instanceof OutputConflictError) await isClaimedBy(s3, claim, signal);
    throw error;
  }
}
