import type { S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { DEFAULT_CONCURRENCY } from '#core/contract.ts';
import { digest128 } from '#core/objects/digest.ts';
import type { ExportRequest } from '#core/request/request-schema.ts';
import { stagedPrefix } from '#core/run/output-keys.ts';
import type { PlanResult } from '#core/run/run.ts';
import type { UnitJob } from '#core/sparse/source/resolve-source.ts';

/**
 * Writes the jobs of one Stage round for the Distributed Map to read, one a line. The key is made of
 * the jobs themselves: the same round of the same source version is the same object.
 */
export async function writeJobs(
  { s3, outputBucket }: { readonly s3: S3Client; readonly outputBucket: string },
  { request, runId }: { readonly request: ExportRequest; readonly runId: string },
  jobs: readonly UnitJob[],
  signal: AbortSignal,
): Promise<PlanResult> {
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
    resultsPrefix: `${prefix}results`,
    concurrency: request.concurrency ?? DEFAULT_CONCURRENCY,
    jobs: jobs.length,
  };
}
