import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { npyArray } from './npz/npy.ts';

/** A CSR matrix of doubles. */
export interface SmallMatrix {
  readonly columns: number;
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
  readonly data: readonly number[];
}

/** The files of a bundle by their names, in the order in which a writer makes them. */
export type BundleFiles = Readonly<Record<string, Uint8Array>>;

function arraysOf({ indptr, indices, data }: SmallMatrix): Record<string, Uint8Array> {
  return {
    indptr: npyArray(indptr, 'int64'),
    indices: npyArray(indices, 'int32'),
    data: npyArray(data, 'float64'),
  };
}

function metaOf(matrix: SmallMatrix, fields: object): Uint8Array {
  const meta = {
    format: 'sparse-csr-bundle',
    shape: [matrix.indptr.length - 1, matrix.columns],
    nnz: matrix.data.length,
    dtype: '<f8',
    indexDtype: '<i4',
    fillValue: 0,
    ...fields,
  };
  return new TextEncoder().encode(JSON.stringify(meta));
}

/** Length and CRC-32 of a file, as `meta.json` has them. */
function figuresOf(bytes: Uint8Array) {
  return { bytes: bytes.length, crc32: crc32Hex(crc32(bytes)) };
}

/** A bundle of version 1, with the CRC-32 of its arrays: their names are the same in every one. */
export function bundleOfVersion1(matrix: SmallMatrix): BundleFiles {
  const arrays = Object.entries(arraysOf(matrix)).map(
    ([name, bytes]) => [`${name}.npy`, bytes] as const,
  );
  const files = Object.fromEntries(arrays.map(([name, bytes]) => [name, figuresOf(bytes)]));
  return {
    ...Object.fromEntries(arrays),
    'meta.json': metaOf(matrix, { version: 1, files, columns: null }),
  };
}

/**
 * A bundle of version 2, whose files are named by their content.
 *
 * @param more fields of its `meta.json`.
 */
export function bundleOfVersion2(matrix: SmallMatrix, more: object = {}): BundleFiles {
  const files: Record<string, Uint8Array> = {};
  const arrays: Record<string, object> = {};
  for (const [name, bytes] of Object.entries(arraysOf(matrix))) {
    const figures = figuresOf(bytes);
    const file = `${name}-${figures.crc32}.npy`;
    files[file] = bytes;
    arrays[name] = { file, ...figures };
  }
  const none = { columnNames: null, rowNames: null, groups: null, columnGroups: null };
  return { ...files, 'meta.json': metaOf(matrix, { version: 2, arrays, ...none, ...more }) };
}
