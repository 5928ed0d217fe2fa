import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { digest128 } from '#core/objects/digest.ts';
import { stagedPrefix, stageResultsPrefix } from '#core/run/output-keys.ts';
import type { PlanResult } from '#core/run/step-messages.ts';

/** What writes the jobs of a Stage round. */
interface JobsDeps {
  readonly s3: S3Client;
  readonly outputBucket: string;
}

/** Lines of JSON, and 32 hexadecimal digits that stand for all of them. */
export interface KeptLines {
  readonly id: string;
  readonly lines: Iterable<string | Uint8Array>;
}

/** Jobs that must be done before a source can be planned. */
export interface StageRound {
  readonly wing: 'matrix' | 'table';
  readonly runId: string;
  /** Inputs of the Stage functions. */
  readonly tasks: readonly object[];
  /** The pins that the step after the round is bound to; undefined if to none. */
  readonly pins: KeptLines | undefined;
  readonly concurrency: number;
  readonly executionId: string;
}

/** Writes lines at a key that is their digest below `_staged/`, create-only. */
export async function writeLines(
  { s3, outputBucket }: JobsDeps,
  name: string,
  { id, lines }: KeptLines,
  signal: AbortSignal,
): Promise<string> {
  const key = `${stagedPrefix(id)}${name}.jsonl`;
  const target = { bucket: outputBucket, key, contentType: 'application/x-ndjson' };
  await createObject(s3, target, lines, signal);
  return key;
}

/**
 * Writes the jobs of one Stage round for the Distributed Map to read, one per line, and the pins of
 * what the run reads: so overwriting that meanwhile does not make the next round another run. The
 * keys are digests of the lines, so the same round of the same source version is the same objects.
 */
export async function writeJobs(
  deps: JobsDeps,
  { wing, runId, tasks, pins, concurrency, executionId }: StageRound,
  signal: AbortSignal,
): Promise<PlanResult> {
  const lines = tasks.map((task) => `${JSON.stringify(task)}\n`);
  const jobs = { id: await digest128(lines.join('')), lines };
  return {
    decision: 'stage',
    wing,
    runId,
    plan: { bucket: deps.outputBucket, key: await writeLines(deps, 'jobs', jobs, signal) },
    pins: pins === undefined ? null : await writeLines(deps, 'jobs-pins', pins, signal),
    // A ResultWriter puts the slash itself.
    resultsPrefix: stageResultsPrefix(executionId).slice(0, -1),
    concurrency,
    jobs: tasks.length,
  };
}
