import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { decodeIndices } from '#core/elements/decode.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import type { FolderArrays } from '#core/sparse/formats/bundle/arrays.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';

const BAND_BYTES = 8 * 1024 * 1024;

/** The number of entries; elements of `indices` after these are ignored. */
async function readNnz({ indptr, indptrSource }: FolderArrays): Promise<number> {
  const length = ITEM_BYTES[indptr.dtype];
  const offset = indptr.offset + (indptr.length - 1) * length;
  return decodeIndices(await indptrSource.read({ offset, length }), indptr)[0]!;
}

async function* readIndices(
  { unit, store }: FormatInput,
  { indices }: FolderArrays,
  nnz: number,
): AsyncGenerator<Int32Array | Float64Array> {
  const source = store.open(unit.objects[indices.stream.object]!);
  const itemBytes = ITEM_BYTES[indices.dtype];
  const perBand = BAND_BYTES / itemBytes;
  for (let at = 0; at < nnz; at += perBand) {
    const length = Math.min(perBand, nnz - at) * itemBytes;
    const bytes = await source.read({ offset: indices.offset + at * itemBytes, length });
    yield decodeIndices(bytes, indices);
  }
}

/**
 * Counts the columns that the highest index needs; 0 without entries. One pass over `indices` in
 * reads of 8 MiB, with one read ahead. A wrong column is only found when its row is read.
 */
export async function countColumns(input: FormatInput, arrays: FolderArrays): Promise<number> {
  const nnz = await readNnz(arrays);
  let highest = -1;
  for await (const band of withReadAhead(readIndices(input, arrays, nnz))) {
    for (const column of band) if (column > highest) highest = column;
  }
  return highest + 1;
}
