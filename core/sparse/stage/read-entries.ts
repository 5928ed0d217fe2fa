import { bytesOf } from '#core/bytes/bytes-of.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import type { DType } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { EntrySource } from './entry-source.ts';

/** Entries that lie inside the matrix. Their values are bytes, because they are only copied. */
export interface CheckedEntries {
  readonly rows: Int32Array | Float64Array;
  readonly columns: Int32Array;
  /** Little-endian values of the matrix's dtype. */
  readonly values: Uint8Array;
}

function valuesOf(data: CsrData, dtype: DType): Uint8Array {
  const isWidened = dtype === 'float16' && data instanceof Float32Array;
  return bytesOf(isWidened ? new Float16Array(data) : data);
}

/** Indices as int32, which is enough for those inside the matrix. Does not copy int32. */
export function toInt32(indices: Int32Array | Float64Array): Int32Array {
  return indices instanceof Int32Array ? indices : new Int32Array(indices);
}

/** Position of the first index for which `0 <= index < limit` is false, or -1. */
function findOutside(indices: Int32Array | Float64Array, limit: number): number {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < limit)) return i;
  }
  return -1;
}

/**
 * Reads one segment and checks that each entry lies inside the matrix. A batch may use buffers of
 * the source; it is valid until the next one is requested.
 *
 * @throws {CorruptSourceError} an entry lies outside; names row, column and entry.
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
