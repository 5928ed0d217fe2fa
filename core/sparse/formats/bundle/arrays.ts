import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { readNpyHeader } from '#core/containers/npy/header.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import type { ArrayLayout } from '#core/sparse/layout/matrix-layout.ts';
import { toArrayLayout } from '#core/sparse/layout/npy-array.ts';

/** Names of the objects with the arrays of a CSR matrix. */
export const ARRAY_FILES = ['indptr.npy', 'indices.npy', 'data.npy'] as const;

/** Bytes read at the start of an array: its npy header takes 128 bytes and seldom more. */
const HEAD_BYTES = 1024;

/** Bytes read at the end of `indptr`: its last element is `nnz`. */
const TAIL_BYTES = 8;

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

/** Index of an object of a folder among the objects of its unit. */
export function objectNamed({ unit }: FormatInput, name: string): number {
  const at = unit.objects.findIndex(({ uri }) => uri === `${unit.uri}${name}`);
  if (at >= 0) return at;
  throw new CorruptSourceError(`${unit.uri} holds no ${name}; write the folder again`);
}

async function readArray(input: FormatInput, name: string) {
  const object = objectNamed(input, name);
  const stored = input.store.open(input.unit.objects[object]!);
  const source = await withPrefetched(stored, [
    { offset: 0, length: HEAD_BYTES },
    { offset: stored.size - TAIL_BYTES, length: TAIL_BYTES },
  ]);
  const header = await readNpyHeader(source, { offset: 0, length: source.size }, source.uri);
  return { source, layout: toArrayLayout(header, { kind: 'stored', object }) };
}

/**
 * Reads the headers of `indptr.npy`, `indices.npy` and `data.npy`. Two reads of about 1 KiB per
 * array.
 *
 * @throws {CorruptSourceError} an object is missing, is not a npy array, or has not the length of
 * its header.
 * @throws {UnsupportedSourceError} elements of a type that is not supported.
 */
export async function readFolderArrays(input: FormatInput): Promise<FolderArrays> {
  const [indptr, indices, data] = await Promise.all(
    ARRAY_FILES.map((name) => readArray(input, name)),
  );
  return {
    indptr: indptr!.layout,
    indices: indices!.layout,
    data: data!.layout,
    indptrSource: indptr!.source,
  };
}
