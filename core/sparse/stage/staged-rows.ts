import { NPY_HEADER_BYTES, npyHeader } from '#core/containers/npy/write-header.ts';
import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import type { ArrayLayout, PartLayout } from '#core/sparse/layout/matrix-layout.ts';

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Consecutive rows of a matrix as they are staged: little-endian bytes of three arrays. */
export interface CsrPart {
  /** Type of `data`. */
  readonly dtype: DType;
  readonly rows: number;
  readonly nnz: number;
  /** int64, `rows + 1` elements from 0 to `nnz`. */
  readonly indptr: Pieces;
  /** int32, `nnz` elements. */
  readonly indices: Pieces;
  /** `nnz` elements. */
  readonly data: Pieces;
}

async function* npyArray(dtype: DType, length: number, elements: Pieces) {
  yield npyHeader(dtype, length);
  yield* elements;
}

/**
 * Stages `<name>/indptr.npy`, `indices.npy` and `data.npy`, in this order. `numpy.load` can read
 * each of them. Holds nothing but the piece under way.
 *
 * @throws {OutputConflictError} an object with other bytes is there.
 */
export async function createCsrPart(
  staged: StageStore,
  name: string,
  part: CsrPart,
): Promise<void> {
  const { dtype, rows, nnz } = part;
  await staged.create(`${name}/indptr.npy`, npyArray('int64', rows + 1, part.indptr));
  await staged.create(`${name}/indices.npy`, npyArray('int32', nnz, part.indices));
  await staged.create(`${name}/data.npy`, npyArray(dtype, nnz, part.data));
}

/**
 * Finds a part that {@link createCsrPart} wrote among the staged objects. Reads nothing: the
 * numbers of elements follow from the sizes of the objects.
 *
 * @param dtype type of `data`.
 * @returns undefined unless all three arrays are there.
 */
export function findCsrPart(
  found: ReadonlyMap<string, StagedObject>,
  name: string,
  dtype: DType,
): PartLayout | undefined {
  const indptr = found.get(`${name}/indptr.npy`)?.pin;
  const indices = found.get(`${name}/indices.npy`)?.pin;
  const data = found.get(`${name}/data.npy`)?.pin;
  if (indptr === undefined || indices === undefined || data === undefined) return undefined;
  const objects = [indptr, indices, data];
  const layoutOf = (object: number, { size }: SourcePin, of: DType): ArrayLayout => {
    const length = (size - NPY_HEADER_BYTES) / ITEM_BYTES[of];
    const stream = { kind: 'stored', object } as const;
    return { stream, offset: NPY_HEADER_BYTES, length, dtype: of, bigEndian: false };
  };
  const bounds = layoutOf(0, indptr, 'int64');
  const columns = layoutOf(1, indices, 'int32');
  const values = layoutOf(2, data, dtype);
  return {
    uri: data.uri,
    rows: bounds.length - 1,
    nnz: values.length,
    objects,
    indptr: bounds,
    indices: columns,
    data: values,
  };
}
