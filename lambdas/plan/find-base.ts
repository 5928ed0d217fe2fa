import type { S3Client } from '#aws/clients.ts';
import { baseOf, generationsOf } from '#core/manifest/generations.ts';
import type { ManifestHead } from '#core/manifest/manifest.ts';
import { outputUri } from '#core/run/output-keys.ts';
import { EMPTY_BASE, generationOf, type RunBase } from '#core/run/run.ts';
import { readLatest } from '#lambdas/shared/manifests.ts';
import { type Claim, isClaimedBy } from './claim.ts';

/** Where a run's rows go. */
export interface Placement {
  readonly base: RunBase;
  /** What is known of the rows before them; undefined when there are none. */
  readonly set: ManifestHead | undefined;
}

/**
 * Finds what a run's rows come after, with two GETs at most.
 *
 * @returns undefined when the run is in its output already.
 * @throws {OutputConflictError} the output belongs to another run, or is being written by one.
 */
export async function findBase(
  s3: S3Client,
  run: Omit<Claim, 'generation'>,
  signal: AbortSignal,
): Promise<Placement | undefined> {
  const { runId, output, append } = run;
  const latest = await readLatest(s3, output, signal);
  if (latest === undefined || !append) {
    const isOurs = await isClaimedBy(s3, { ...run, generation: 1 }, signal);
    return latest !== undefined && isOurs ? undefined : { base: EMPTY_BASE, set: undefined };
  }
  const generations = generationsOf(latest.head, outputUri(output, output.prefix));
  if (generations.some((each) => each.runId === runId)) return undefined;
  const base = baseOf(generations);
  await isClaimedBy(s3, { ...run, generation: generationOf({ base }) }, signal);
  return { base, set: latest.head };
}
