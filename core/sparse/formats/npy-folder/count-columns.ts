import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { type ArrayFile, toStoredArray } from '#core/sparse/formats/arrays/array-file.ts';
import { readIndices } from '#core/sparse/formats/entries/read-elements.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';

const BAND_BYTES = 8 * 1024 * 1024;

async function* readBands(
  indices: StoredArray,
  nnz: number,
): AsyncGenerator<Int32Array | Float64Array> {
  const perBand = BAND_BYTES / ITEM_BYTES[indices.dtype];
  for (let start = 0; start < nnz; start += perBand) {
    yield await readIndices(indices, { start, end: Math.min(start + perBand, nnz) });
  }
}

/**
 * Counts the columns that the highest index needs; 0 without entries. Elements of `indices` after
 * the last entry are ignored. One pass over `indices` in reads of 8 MiB, with one read ahead. A
 * wrong column is only found when its row is read.
 */
export async function countColumns(file: ArrayFile): Promise<number> {
  const indptr = toStoredArray(await file.read('indptr'), 1);
  const indices = toStoredArray(await file.read('indices'), 1);
  const last = { start: indptr.length - 1, end: indptr.length };
  const [nnz = 0] = await readIndices(indptr, last);
  let highest = -1;
  for await (const band of withReadAhead(readBands(indices, nnz))) {
    for (const column of band) if (column > highest) highest = column;
  }
  return highest + 1;
}
