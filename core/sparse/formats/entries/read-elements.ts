import type { CsrData } from '#core/elements/csr-data.ts';
import { decodeIndices, decodeValues } from '#core/elements/decode.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntryRun } from './entry-cut.ts';

function readBytes({ source, offset, dtype }: StoredArray, { start, end }: EntryRun) {
  const itemBytes = ITEM_BYTES[dtype];
  return source.read({ offset: offset + start * itemBytes, length: (end - start) * itemBytes });
}

/** Reads a run of rows, columns or pointers. One read. */
export async function readIndices(
  array: StoredArray,
  run: EntryRun,
): Promise<Int32Array | Float64Array> {
  return decodeIndices(await readBytes(array, run), array);
}

/** Reads a run of values. One read. */
export async function readValues(array: StoredArray, run: EntryRun): Promise<CsrData> {
  return decodeValues(await readBytes(array, run), array);
}
