import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { readNpyHeader } from '#core/containers/npy/header.ts';
import {
  type ArrayFile,
  type MemberName,
  missingArray,
} from '#core/sparse/formats/arrays/array-file.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';

/** Bytes read at the start of an array: its npy header takes 128 bytes and seldom more. */
const HEAD_BYTES = 1024;

/** Bytes read at the end of an array: the last element of `indptr` is `nnz`. */
const TAIL_BYTES = 8;

/**
 * The `.npy` files of a folder by their names, as the members of an npz file. Two reads of about
 * 1 KiB per array that is asked for.
 */
export function openFolder({ unit, store }: FormatInput): ArrayFile {
  const { uri, objects } = unit;
  const names = objects.map((object) => object.uri.slice(uri.length));
  const indexOf = (name: MemberName) => names.indexOf(`${name}.npy`);
  const opened = new Map<number, Promise<ByteSource>>();
  const open = (object: number) => {
    const stored = store.open(objects[object]!);
    const source =
      opened.get(object) ??
      withPrefetched(stored, [
        { offset: 0, length: HEAD_BYTES },
        { offset: stored.size - TAIL_BYTES, length: TAIL_BYTES },
      ]);
    opened.set(object, source);
    return source;
  };
  return {
    uri,
    isCsrByDefault: true,
    names,
    objects,
    jobs: [],
    has: (name) => indexOf(name) >= 0,
    async read(name) {
      const object = indexOf(name);
      if (object < 0) throw missingArray({ uri, names }, name);
      const source = await open(object);
      const header = await readNpyHeader(source, { offset: 0, length: source.size }, source.uri);
      return { header, source, stream: { kind: 'stored', object } };
    },
  };
}
