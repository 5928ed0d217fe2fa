import { billedSize, dollars } from '#core/cost/cost-text.ts';
import { estimateRun } from '#core/cost/estimate-run.ts';
import { PRICES } from '#core/cost/prices.ts';
import { BoundExceededError } from '#core/errors.ts';
import { type OutputSpec, outputOf } from '#core/outputs/output-kinds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import { type OpenedSource, type SourceFacts, sourceOf } from '#core/sources/source-kinds.ts';
import { sampleOutput } from './sample-output.ts';

/** A run whose source is known, before it has written anything. */
export interface UnwrittenRun {
  readonly source: OpenedSource;
  readonly facts: SourceFacts;
  readonly output: OutputSpec;
  readonly chunking: Chunking;
  /** `limits.outputBytes` of the request. */
  readonly outputBytes: number;
}

/** How many chunks there will be, about. */
function chunksOf({ facts, output: spec, chunking }: UnwrittenRun): number {
  if (chunking !== 'automatic' && 'rows' in chunking) {
    return Math.ceil(sourceOf(facts).rows / chunking.rows);
  }
  const output = outputOf(spec);
  const bytes =
    chunking === 'automatic' ? output.automaticTarget(facts).bytes : chunking.targetBytes;
  return Math.ceil(output.bounds(facts).max / bytes);
}

/**
 * Refuses a run that would write more than its request allows: a small source may have a text a
 * million times as long. Rows are encoded only if the longest possible text passes the ceiling.
 *
 * @throws {BoundExceededError} with the expected bytes, what they cost, and the line that allows
 * them.
 */
export async function assertBelowCeiling(run: UnwrittenRun): Promise<void> {
  const { source, facts, output: spec, outputBytes } = run;
  if (outputOf(spec).bounds(facts).max <= outputBytes) return;
  const expected = await sampleOutput(source, facts, spec);
  if (expected <= outputBytes) return;
  const { write, keep } = estimateRun({ chunks: chunksOf(run), outputBytes: expected });
  throw new BoundExceededError(
    `the output would be about ${billedSize(expected)}, allowed are ${billedSize(outputBytes)} (limits.outputBytes): writing it costs about ${dollars(write.total)} and keeping it ${dollars(keep)} a month (list prices of ${PRICES.region}, ${PRICES.date}); if that is meant, start it with "limits": { "outputBytes": ${roomFor(expected)} }`,
  );
}

/** A round number somewhat above the expected bytes. */
function roomFor(expected: number): number {
  const unit = 10 ** Math.max(Math.floor(Math.log10(expected)) - 1, 0);
  return Math.ceil((expected * 1.05) / unit) * unit;
}
