import type { ByteSource } from '#core/bytes/byte-source.ts';
import { readNpyObject } from '#core/sparse/formats/arrays/read-npy-object.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import type { ArrayLayout } from '#core/sparse/layout/matrix-layout.ts';
import { toArrayLayout } from '#core/sparse/layout/npy-array.ts';

/**
 * The three arrays of a folder, and `indptr` as a source that has its first and last bytes in
 * memory.
 */
export interface FolderArrays {
  readonly indptr: ArrayLayout;
  readonly indices: ArrayLayout;
  readonly data: ArrayLayout;
  readonly indptrSource: ByteSource;
}

/** Index of an object of a folder among the objects of its unit; -1 if it is not there. */
export function findObject({ unit }: FormatInput, name: string): number {
  return unit.objects.findIndex(({ uri }) => uri === `${unit.uri}${name}`);
}

/** Reads the header of one array of the folder. */
export async function readArray(input: FormatInput, name: string) {
  const object = findObject(input, name);
  const stored = input.store.open(input.unit.objects[object]!);
  const { source, header } = await readNpyObject(stored);
  return { source, layout: toArrayLayout(header, { kind: 'stored', object }) };
}

/**
 * Reads the headers of the three arrays. Two reads of about 1 KiB per array.
 *
 * @param files names of indptr, indices and data, which are there.
 * @throws {CorruptSourceError} an object is not a npy array, or has not the length of its header.
 * @throws {UnsupportedSourceError} elements of a type that is not supported.
 */
export async function readFolderArrays(
  input: FormatInput,
  files: readonly string[],
): Promise<FolderArrays> {
  const [indptr, indices, data] = await Promise.all(files.map((name) => readArray(input, name)));
  return {
    indptr: indptr!.layout,
    indices: indices!.layout,
    data: data!.layout,
    indptrSource: indptr!.source,
  };
}
