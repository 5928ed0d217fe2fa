import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { planMatrix, type RowWatcher } from './plan-matrix.ts';

/** How a source is to be cut. */
export interface PlanOptions {
  readonly output: MatrixOutputSpec;
  readonly chunking: Chunking;
  /** Number of chunks that are there already; the new ids follow theirs. @default 0 */
  readonly chunksBefore?: number;
  /** @default nobody watches */
  readonly watcher?: RowWatcher;
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
  { output: spec, chunking, chunksBefore = 0, watcher }: PlanOptions,
): AsyncGenerator<RowChunk> {
  switch (source.kind) {
    case 'matrix': {
      const output = matrixOutputOf(spec);
      const options = { matrix: source, output, chunking, chunksBefore, watcher };
      return planMatrix(readIndptr(source), options);
    }
  }
}
