import { createObject } from '#aws/create-only.ts';
import { digest128 } from '#core/objects/digest.ts';
import type { BoundRun } from '#core/run/bind-run.ts';
import { keptPins } from '#core/run/kept-pins.ts';
import { stagedPrefix, stageResultsPrefix } from '#core/run/output-keys.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { UnitJob } from '#core/sources/resolve-source.ts';
import { assertExpectedShape } from '#core/sparse/expectations.ts';
import type { Shape } from '#core/sparse/matrix-facts.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';

/** Jobs that must be done before the source can be read by rows. */
interface StageRound {
  readonly bound: BoundRun;
  readonly jobs: readonly UnitJob[];
  readonly shape?: Shape | undefined;
  readonly executionId: string;
}

/**
 * Keeps the versions of what the run reads, so that overwriting it meanwhile does not make the next
 * round another run.
 */
async function keepPins(
  { s3, outputBucket }: PlanDeps,
  { pins }: BoundRun,
  signal: AbortSignal,
): Promise<string | null> {
  const lines = keptPins(pins);
  if (lines === undefined) return null;
  const key = `${stagedPrefix(await digest128(lines.join('')))}jobs-pins.jsonl`;
  const target = { bucket: outputBucket, key, contentType: 'application/x-ndjson' };
  await createObject(s3, target, lines, signal);
  return key;
}

/**
 * Writes the jobs of one Stage round for the Distributed Map to read, one per line. The key is a
 * digest of the jobs, so the same round of the same source version is the same object. A dry run
 * writes nothing, and ends here.
 *
 * @throws {ExpectationError} the headers say already that the source is not what is expected.
 */
export async function stageRound(
  deps: PlanDeps,
  { bound, jobs, shape, executionId }: StageRound,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { s3, outputBucket } = deps;
  const { request, runId, location } = bound;
  if (shape !== undefined) assertExpectedShape(request.expect, shape);
  if (request.dryRun) return { decision: 'dry-run', runId, location, summary: null };
  const { options } = request.source;
  const lines = jobs.map((unitJob) => `${JSON.stringify({ ...unitJob, options })}\n`);
  const prefix = stagedPrefix(await digest128(lines.join('')));
  const key = `${prefix}jobs.jsonl`;
  const target = { bucket: outputBucket, key, contentType: 'application/x-ndjson' };
  await createObject(s3, target, lines, signal);
  return {
    decision: 'stage',
    runId,
    plan: { bucket: outputBucket, key },
    pins: await keepPins(deps, bound, signal),
    // A ResultWriter puts the slash itself.
    resultsPrefix: stageResultsPrefix(executionId).slice(0, -1),
    concurrency: request.concurrency,
    jobs: jobs.length,
  };
}
