import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { checkIndexType, checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntryBatch, EntrySource } from '#core/sparse/stage/entry-source.ts';
import { countSegments, cutRun, type EntryCut, segmentRun, withDefaults } from './entry-cut.ts';
import { readIndices, readValues } from './read-elements.ts';

/** A COO matrix as its container describes it, unchecked. */
export interface CooArrays {
  /** Name of the source in messages. */
  readonly uri: string;
  readonly shape: readonly number[];
  readonly row: StoredArray;
  readonly col: StoredArray;
  readonly data: StoredArray;
}

/**
 * The entries of a COO matrix in stored order; each duplicate is an entry. Three reads per batch;
 * the next batch is read while the consumer uses one.
 *
 * @throws {CorruptSourceError} lengths contradict each other, or the shape is negative.
 * @throws {UnsupportedSourceError} it has not two dimensions, or its rows are no
 * integers.
 * @throws {BoundExceededError} more than 2^31 - 1 columns.
 */
export function cooEntries(
  { uri, shape, row, col, data }: CooArrays,
  cut: EntryCut = {},
): EntrySource {
  checkIndexType(uri, 'row', row);
  checkIndexType(uri, 'col', col);
  if (row.length !== data.length || col.length !== data.length) {
    throw new CorruptSourceError(
      `${uri} has ${row.length} elements in row, ${col.length} in col and ${data.length} in data, expected as many`,
    );
  }
  const { segmentEntries, batchEntries } = withDefaults(cut, data.dtype);
  async function* readBatches(segment: number): AsyncGenerator<EntryBatch> {
    for (const run of cutRun(segmentRun(data.length, segmentEntries, segment), batchEntries)) {
      const [rows, columns, values] = await Promise.all([
        readIndices(row, run),
        readIndices(col, run),
        readValues(data, run),
      ]);
      yield { rows, columns, data: values };
    }
  }
  return {
    uri,
    shape: checkShape(uri, shape),
    dtype: data.dtype,
    maxEntries: data.length,
    segments: countSegments(data.length, segmentEntries),
    readSegment: (segment) => withReadAhead(readBatches(segment)),
  };
}
