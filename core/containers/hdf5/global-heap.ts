import { CorruptSourceError } from '#core/errors.ts';
import { expectSignature, expectVersion, type Hdf5File, readFields } from './file.ts';

/** Where an element of variable length lies. */
interface HeapPlace {
  readonly collection: number;
  /** Number of the object in its collection, from 1. */
  readonly index: number;
  /** Bytes of the element. */
  readonly length: number;
}

/** Collections that a reader keeps; neighbours nearly always lie in the same one. */
const KEPT_COLLECTIONS = 4;

/**
 * Reads all objects of a global heap collection, by their numbers.
 *
 * @param where name, in messages, of what refers to it.
 */
async function readCollection(
  file: Hdf5File,
  address: number,
  where: string,
): Promise<Map<number, Uint8Array>> {
  // Length of the header of the collection and of each object. What comes after a header begins at
  // a multiple of 8 bytes.
  const prefixBytes = (8 + file.sizes.lengthBytes + 7) & ~7;
  const prefix = await readFields(file, { address, length: prefixBytes, where });
  expectSignature(prefix, 'GCOL');
  expectVersion(prefix, 1, 'a global heap');
  prefix.skip(3);
  const heap = await readFields(file, { address, length: prefix.length(), where });
  heap.skip(prefixBytes);
  const objects = new Map<number, Uint8Array>();
  while (heap.left >= prefixBytes) {
    const index = heap.u16();
    heap.skip(6);
    const length = heap.length();
    heap.align();
    // Object 0 is the free space at the end.
    if (index === 0) break;
    objects.set(index, heap.take(Math.min(length, heap.left)));
    heap.align();
  }
  return objects;
}

/**
 * Reads elements of variable length from the global heap of a file. Keeps the last four
 * collections, which have some KiB each and at most 16 MiB.
 */
export class GlobalHeap {
  readonly #file: Hdf5File;
  readonly #where: string;
  readonly #kept = new Map<number, Map<number, Uint8Array>>();

  /** @param where name, in messages, of what refers to the heap. */
  constructor(file: Hdf5File, where: string) {
    this.#file = file;
    this.#where = where;
  }

  /**
   * Reads one element.
   *
   * @throws {CorruptSourceError} its collection is damaged or has no such object.
   * @throws {BoundExceededError} the collection is longer than 16 MiB.
   */
  async read({ collection, index, length }: HeapPlace): Promise<Uint8Array> {
    const objects = this.#kept.get(collection) ?? (await this.#open(collection));
    const object = objects.get(index);
    if (object !== undefined && length <= object.length) return object.subarray(0, length);
    throw new CorruptSourceError(
      `${this.#where} refers to object ${index} of a global heap that has no such object; the file is damaged`,
    );
  }

  async #open(collection: number): Promise<Map<number, Uint8Array>> {
    const objects = await readCollection(this.#file, collection, this.#where);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_COLLECTIONS && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(collection, objects);
    return objects;
  }
}
