import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import type { PlanSummary } from '#core/run/step-messages.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { shownEnds } from '#core/sources/shown-ends.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { planMatrix } from './plan-matrix.ts';
import { prefixWarning } from './prefix-warning.ts';

/** How a source is to be cut. */
export interface PlanOptions {
  readonly output: MatrixOutputSpec;
  readonly chunking: Chunking;
  /** Number of chunks that are there already; the new ids follow theirs. @default 0 */
  readonly chunksBefore?: number;
}

/**
 * Cuts the rows of a source into chunks, in row order and without a gap. The same source and
 * options always give the same chunks. Reads only where rows lie, such as the whole `indptr` of a
 * matrix, in bands.
 *
 * @throws {CorruptSourceError} what says where rows lie is not sound. A plan that ends has checked
 * all of it.
 * @throws {BoundExceededError} a row, a chunk or the number of chunks passes its bound.
 * @example
 * const options = { output: run.output, chunking: { targetBytes: 2 ** 26 } };
 * for await (const { index, rowStart, rowEnd } of planChunks(matrix, options)) {
 *   console.log(index, rowStart, rowEnd);
 * }
 */
export function planChunks(
  source: OpenedSource,
  { output: spec, chunking, chunksBefore = 0 }: PlanOptions,
): AsyncGenerator<RowChunk> {
  switch (source.kind) {
    case 'matrix': {
      const options = { matrix: source, output: matrixOutputOf(spec), chunking, chunksBefore };
      return planMatrix(readIndptr(source), options);
    }
  }
}

/** A run whose chunks were counted. */
interface CountedPlan {
  readonly facts: MatrixFacts;
  readonly output: MatrixOutputSpec;
  readonly chunks: number;
  /** URIs of all parts of the source, in row order. */
  readonly parts: readonly string[];
  /** Writers at once. @default one, so there is nothing to warn of */
  readonly concurrency?: number;
}

/** What a plan promises. */
export function summarizePlan(plan: CountedPlan): PlanSummary {
  const { facts, output: spec, chunks, parts, concurrency = 1 } = plan;
  const output = matrixOutputOf(spec);
  const { min: minTextBytes, max: maxTextBytes } = output.bounds(facts);
  const minBytes = output.isCompressed ? 0 : minTextBytes;
  const warning = prefixWarning({ concurrency, chunks, minBytes });
  return {
    ...{ rows: facts.shape[0], chunks, minTextBytes, maxTextBytes, facts },
    parts: shownEnds(parts),
    warnings: warning === undefined ? [] : [warning],
  };
}
