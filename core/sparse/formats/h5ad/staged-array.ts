import { encodeChunkTable } from '#core/containers/hdf5/chunk-table.ts';
import { chunkedSource } from '#core/containers/hdf5/chunked-source.ts';
import type { Dataset } from '#core/containers/hdf5/dataset.ts';
import type { DType } from '#core/elements/dtype.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { ArrayLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';

/** The arrays of a sparse matrix, in the order of the jobs of round `index`. */
export const ARRAY_NAMES = ['indptr', 'indices', 'data'] as const;

export type ArrayName = (typeof ARRAY_NAMES)[number];

/** An array that can be read: as an open source, and as plain data for a layout. */
export interface FoundArray {
  readonly stored: StoredArray;
  /** The layout. In its stream object 0 is the file and object 1 is `index`. */
  readonly layout: ArrayLayout;
  /** The staged table of its chunks, if it has chunks. */
  readonly index?: SourcePin;
}

/** Below this, an unsigned index has the same bytes as a signed one of its width. */
const SIGNED_LIMIT = 2 ** 31;

function indexName(name: ArrayName): string {
  return `index/${name}.chunks`;
}

/**
 * The dtype as which an array is read. Unsigned indices are read as signed ones: those that are too
 * large for a matrix become negative and are refused.
 */
function dtypeOf(name: ArrayName, { dtype, where }: Dataset, entries: number): DType {
  if (name === 'data') return dtype;
  if (dtype === 'uint64') return 'int64';
  if (dtype !== 'uint32') return dtype;
  if (entries < SIGNED_LIMIT) return 'int32';
  throw new UnsupportedSourceError(
    `${where} holds uint32 for ${entries} entries, allowed are int32 and int64; save a.X.indptr.astype('int64') instead`,
  );
}

/**
 * Finds the bytes of an array: in the file directly, or through the table of its chunks.
 *
 * @param entries number of entries of the matrix.
 * @returns undefined if the array has chunks whose table has not been staged yet.
 */
export async function findArray(
  name: ArrayName,
  dataset: Dataset,
  { staged, entries }: { readonly staged: StageStore; readonly entries: number },
): Promise<FoundArray | undefined> {
  const { storage, length, itemBytes, bigEndian, file } = dataset;
  const elements = { length, dtype: dtypeOf(name, dataset, entries), bigEndian };
  if (storage.kind === 'whole') {
    const offset = file.base + (storage.address ?? 0);
    const stored = { source: file.object, offset, ...elements };
    return { stored, layout: { stream: { kind: 'stored', object: 0 }, offset, ...elements } };
  }
  const table = await staged.open(indexName(name));
  if (table === undefined) return undefined;
  const size = length * itemBytes;
  const source = chunkedSource({ object: file.object, index: table.source, size });
  return {
    stored: { source, offset: 0, ...elements },
    layout: { stream: { kind: 'chunks', object: 0, index: 1, size }, offset: 0, ...elements },
    index: table.pin,
  };
}

/**
 * Makes and stages the chunk table of an array by one walk of the index. A million chunks make
 * 16 MB.
 *
 * @throws {CorruptSourceError} the index is damaged.
 */
export async function stageIndex(
  name: ArrayName,
  dataset: Dataset,
  staged: StageStore,
): Promise<void> {
  await staged.create(indexName(name), encodeChunkTable(dataset));
}
