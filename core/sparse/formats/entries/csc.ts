import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { checkIndexType, checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntryBatch, EntrySource } from '#core/sparse/stage/entry-source.ts';
import { countSegments, type EntryCut, segmentRun, withDefaults } from './entry-cut.ts';
import { checkPointers, expandPointers, type Pointers, readLastPointer } from './pointers.ts';
import { readIndices, readValues } from './read-elements.ts';

/** A CSC matrix as its container describes it, unchecked. */
export interface CscArrays {
  /** Name of the source in messages. */
  readonly uri: string;
  readonly shape: readonly number[];
  readonly indptr: StoredArray;
  readonly indices: StoredArray;
  readonly data: StoredArray;
}

/**
 * The entries of a CSC matrix, column by column. Segments are runs of entries; a long column may
 * lie in several segments.
 *
 * Opening reads the last element of `indptr`. A segment finds its first column by some ten reads of
 * one element, then takes two reads per batch; the next batch is read while the consumer uses one.
 * Each segment also checks its share of `indptr`, so that all segments together check all of it.
 *
 * @throws {CorruptSourceError} lengths contradict each other, or the shape is negative.
 * @throws {UnsupportedSourceError} it has not two dimensions, or its indices are no
 * integers.
 * @throws {BoundExceededError} more than 2^31 - 1 columns.
 */
export async function openCscEntries(arrays: CscArrays, cut: EntryCut = {}): Promise<EntrySource> {
  const { uri, indptr, indices, data } = arrays;
  const shape = checkShape(uri, arrays.shape);
  checkIndexType(uri, 'indptr', indptr);
  checkIndexType(uri, 'indices', indices);
  if (indices.length !== data.length) {
    throw new CorruptSourceError(
      `${uri} has ${indices.length} elements in indices and ${data.length} in data, expected as many`,
    );
  }
  const pointers: Pointers = { uri, axis: 'column', indptr, data };
  const nnz = await readLastPointer(pointers, shape[1] + 1);
  const { segmentEntries, batchEntries } = withDefaults(cut, data.dtype);
  const segments = countSegments(nnz, segmentEntries);
  async function* readBatches(segment: number): AsyncGenerator<EntryBatch> {
    await checkPointers(pointers, segment, segments);
    const { start, end } = segmentRun(nnz, segmentEntries, segment);
    let at = start;
    for await (const columns of expandPointers(pointers, { start, end }, batchEntries)) {
      const run = { start: at, end: at + columns.length };
      const [rows, values] = await Promise.all([readIndices(indices, run), readValues(data, run)]);
      yield { rows, columns, data: values };
      at = run.end;
    }
  }
  return {
    uri,
    shape,
    dtype: data.dtype,
    maxEntries: nnz,
    segments,
    readSegment: (segment) => withReadAhead(readBatches(segment)),
  };
}
