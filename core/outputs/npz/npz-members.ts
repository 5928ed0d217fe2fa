import { npyHeader, npyText } from '#core/containers/npy/write-header.ts';
import type { StoredMember } from '#core/containers/zip/stored-zip.ts';
import type { DType } from '#core/elements/dtype.ts';
import type { HeldSlices } from '#core/outputs/held-slices.ts';

/** The members in the order in which `scipy.sparse.save_npz` writes them. */
export const MEMBERS = ['indices', 'indptr', 'format', 'shape', 'data'].map(
  (name) => `${name}.npy`,
);

/** The dtype of the stored values: SciPy has no matrices of float16, whose values are widened. */
export function storedDtype(dtype: DType): DType {
  return dtype === 'float16' ? 'float32' : dtype;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Where rows end in the chunk. Of each slice the array itself, whose numbers are raised. */
function* offsets(held: HeldSlices): Generator<Uint8Array> {
  yield bytesOf(Int32Array.of(0));
  for (const { indptr, entriesBefore } of held.read()) {
    const ends = indptr.subarray(1);
    if (entriesBefore > 0)
      for (let row = 0; row < ends.length; row += 1) ends[row]! += entriesBefore;
    yield bytesOf(ends);
  }
}

/** The members of a chunk. Nothing is copied; the slices cannot be used for anything else then. */
export function npzMembers(
  held: HeldSlices,
  { columns, dtype }: { readonly columns: number; readonly dtype: DType },
): readonly StoredMember[] {
  const slices = [...held.read()];
  const shape = BigInt64Array.of(BigInt(held.rows), BigInt(columns));
  const contents = [
    [npyHeader('int32', held.entries), ...slices.map(({ indices }) => bytesOf(indices))],
    [npyHeader('int32', held.rows + 1), ...offsets(held)],
    [npyText('csr')],
    [npyHeader('int64', 2), bytesOf(shape)],
    [npyHeader(storedDtype(dtype), held.entries), ...slices.map(({ data }) => bytesOf(data))],
  ];
  return MEMBERS.map((name, at) => ({ name, pieces: contents[at]! }));
}
