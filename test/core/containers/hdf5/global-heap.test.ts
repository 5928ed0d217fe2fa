import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { GlobalHeap } from '#core/containers/hdf5/global-heap.ts';
import { openHdf5 } from '#core/containers/hdf5/superblock.ts';
import { withCounting } from '#support/counting-source.ts';
import { hdf5Bytes } from '#support/hdf5-fixtures.ts';

const COLLECTION_BYTES = 64;

/** A collection with one object, number 1, of one letter. */
function collection(letter: string): Buffer {
  const bytes = Buffer.alloc(COLLECTION_BYTES);
  bytes.write('GCOL', 0, 'latin1');
  bytes[4] = 1;
  bytes.writeBigUInt64LE(BigInt(COLLECTION_BYTES), 8);
  bytes.writeUInt16LE(1, 16);
  bytes.writeBigUInt64LE(1n, 24);
  bytes.write(letter, 32, 'latin1');
  return bytes;
}

it('reads every collection, and keeps the last four', async () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
  const file = await openHdf5(memorySource(hdf5Bytes('whole-latest.h5ad')));
  const source = withCounting(memorySource(Buffer.concat(letters.map(collection))));
  const heap = new GlobalHeap({ ...file, source }, 'names in x.h5ad');
  const read = async (at: number) => {
    const place = { collection: at * COLLECTION_BYTES, index: 1, length: 1 };
    return Buffer.from(await heap.read(place)).toString();
  };
  const found: string[] = [];
  for (const at of letters.keys()) found.push(await read(at));
  expect(found).toEqual(letters);
  const before = source.reads.length;
  for (const at of [5, 4, 3, 2]) expect(await read(at)).toBe(letters[at]);
  expect(source.reads).toHaveLength(before);
  expect(await read(0)).toBe('a');
  expect(source.reads.length).toBeGreaterThan(before);
});
