import { encodeChunkTable } from '#core/containers/hdf5/chunk-table.ts';
import { chunkedSource } from '#core/containers/hdf5/chunked-source.ts';
import type { NumberDataset } from '#core/containers/hdf5/dataset.ts';
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

function indexName(name: ArrayName): string {
  return `index/${name}.chunks`;
}

/**
 * Finds the bytes of an array: in the file directly, or through the table of its chunks.
 *
 * @returns undefined if the array has chunks whose table has not been staged yet.
 */
export async function findArray(
  name: ArrayName,
  dataset: NumberDataset,
  staged: StageStore,
): Promise<FoundArray | undefined> {
  const { storage, length, itemBytes, dtype, bigEndian, file } = dataset;
  const elements = { length, dtype, bigEndian };
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
  dataset: NumberDataset,
  staged: StageStore,
): Promise<void> {
  await staged.create(indexName(name), encodeChunkTable(dataset));
}
