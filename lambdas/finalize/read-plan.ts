import { readLines } from '#aws/objects.ts';
import { planKey } from '#core/run/output-keys.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { attemptOf } from '#core/run/run-fields.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { FinalizeDeps } from './finalize-deps.ts';

/** The chunks of a run as they were planned, in their order. */
export async function* readPlan(
  { s3 }: FinalizeDeps,
  run: RunHeader,
  signal: AbortSignal,
): AsyncGenerator<PlannedChunk> {
  const { location, generation } = run;
  const key = planKey(location.prefix, generation, attemptOf(run));
  for await (const line of readLines(s3, location.bucket, key, signal)) yield parsePlanLine(line);
}
