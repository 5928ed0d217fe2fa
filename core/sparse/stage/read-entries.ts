import { bytesOf } from '#core/bytes/bytes-of.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import type { DType } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { EntrySource } from './entry-source.ts';

/** Entries that lie inside the matrix; their values are bytes, because they are moved and never computed with. */
export interface CheckedEntries {
  readonly rows: Int32Array | Float64Array;
  readonly columns: Int32Array;
  /** Little-endian, of the dtype of the matrix. */
  readonly values: Uint8Array;
}

function valuesOf(data: CsrData, dtype: DType): Uint8Array {
  const isWidened = dtype === 'float16' && data instanceof Float32Array;
  return bytesOf(isWidened ? new Float16Array(data) : data);
}

/** As int32, which rows and columns that are in bounds fit; int32 is not copied. */
export function toInt32(indices: Int32Array | Float64Array): Int32Array {
  return indices instanceof Int32Array ? indices : new Int32Array(indices);
}

/** Position of the first index that is not `0 <= index < limit`, or -1. */
function findOutside(indices: Int32Array | Float64Array, limit: number): number {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < limit)) return i;
  }
  return -1;
}

/**
 * Reads one segment, each entry checked to lie inside the matrix. What is yielded may lie over
 * buffers of the source, and holds until the next is asked for.
 *
 * @throws {CorruptSourceError} naming row, column and entry.
 */
export async function* readEntries(
  { uri, shape, dtype, readSegment }: EntrySource,
  segment: number,
): AsyncGenerator<CheckedEntries> {
  const [rowCount, columnCount] = shape;
  let before = 0;
  for await (const { rows, columns, data } of readSegment(segment)) {
    const badRow = findOutside(rows, rowCount);
    const outside = badRow === -1 ? findOutside(columns, columnCount) : badRow;
    if (outside !== -1) {
      throw new CorruptSourceError(
        `${uri} has an entry at row ${rows[outside]}, column ${columns[outside]} (entry ${before + outside} of segment ${segment}), but its shape is ${rowCount} × ${columnCount}, counted from 0; write the file again`,
      );
    }
    before += rows.length;
    yield { rows, columns: toInt32(columns), values: valuesOf(data, dtype) };
  }
}
