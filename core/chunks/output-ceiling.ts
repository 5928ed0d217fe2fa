import { ceilingSentence } from '#core/cost/ceiling-sentence.ts';
import { BoundExceededError } from '#core/errors.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { assertWritable } from './assert-writable.ts';
import { sampleOutput } from './sample-output.ts';

/** A run whose source is known, before it has written anything. */
export interface UnwrittenRun {
  readonly source: OpenedSource;
  readonly facts: MatrixFacts;
  readonly output: MatrixOutputSpec;
  readonly chunking: Chunking;
  /** `limits.outputBytes` of the request. */
  readonly outputBytes: number;
}

/** How many chunks there will be, about. */
function chunksOf({ facts, output: spec, chunking }: UnwrittenRun): number {
  if (chunking !== 'automatic' && 'rows' in chunking) {
    return Math.ceil(facts.shape[0] / chunking.rows);
  }
  const output = matrixOutputOf(spec);
  const bytes =
    chunking === 'automatic' ? output.automaticTarget(facts).bytes : chunking.targetBytes;
  return Math.ceil(output.bounds(facts).max / bytes);
}

/**
 * Refuses a run that would write more than its request allows: a small source may have a text a
 * million times as long. Rows are encoded only if the longest possible text passes the ceiling.
 *
 * @throws {RequestError} the output cannot hold such a matrix.
 * @throws {BoundExceededError} with the expected bytes, what they cost, and the line that allows
 * them.
 */
export async function assertBelowCeiling(run: UnwrittenRun): Promise<void> {
  const { source, facts, output: spec, outputBytes } = run;
  assertWritable(matrixOutputOf(spec), facts);
  if (matrixOutputOf(spec).bounds(facts).max <= outputBytes) return;
  const expected = await sampleOutput(source, facts, spec);
  if (expected <= outputBytes) return;
  throw new BoundExceededError(
    ceilingSentence({ chunks: chunksOf(run), outputBytes: expected }, outputBytes),
  );
}
