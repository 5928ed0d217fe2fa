import {
  type ArrayFile,
  type MemberName,
  missingArray,
} from '#core/sparse/formats/arrays/array-file.ts';
import { type NpyObject, readNpyObject } from '#core/sparse/formats/arrays/read-npy-object.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';

/**
 * The `.npy` files of a folder by their names, as the members of an npz file. Two reads of about
 * 1 KiB per array that is asked for.
 */
export function openFolder({ unit, store }: FormatInput): ArrayFile {
  const { uri, objects } = unit;
  const names = objects.map((object) => object.uri.slice(uri.length));
  const indexOf = (name: MemberName) => names.indexOf(`${name}.npy`);
  const opened = new Map<number, Promise<NpyObject>>();
  const open = (object: number) => {
    const array = opened.get(object) ?? readNpyObject(store.open(objects[object]!));
    opened.set(object, array);
    return array;
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
      return { ...(await open(object)), stream: { kind: 'stored', object } };
    },
  };
}
