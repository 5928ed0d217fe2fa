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

/**
 * Reads an element of variable length from its global heap collection.
 *
 * @param where name, in messages, of what refers to it.
 * @throws {CorruptSourceError} the collection is damaged or has no such object.
 * @throws {BoundExceededError} the collection is longer than 16 MiB.
 */
export async function readGlobalHeap(
  file: Hdf5File,
  { collection, index, length }: HeapPlace,
  where: string,
): Promise<Uint8Array> {
  // Length of the header of the collection and of each object. What comes after a header begins at
  // a multiple of 8 bytes.
  const prefixBytes = (8 + file.sizes.lengthBytes + 7) & ~7;
  const prefix = await readFields(file, { address: collection, length: prefixBytes, where });
  expectSignature(prefix, 'GCOL');
  expectVersion(prefix, 1, 'a global heap');
  prefix.skip(3);
  const heap = await readFields(file, { address: collection, length: prefix.length(), where });
  heap.skip(prefixBytes);
  while (heap.left >= prefixBytes) {
    const found = heap.u16();
    heap.skip(6);
    const objectBytes = heap.length();
    heap.align();
    if (found === index && length <= objectBytes) return heap.take(length);
    // Object 0 is the free space at the end.
    if (found === 0) break;
    heap.skip(objectBytes);
    heap.align();
  }
  throw new CorruptSourceError(
    `${where} refers to object ${index} of a global heap that has no such object; the file is damaged`,
  );
}
