import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { chunkedSource } from '#core/containers/hdf5/chunked-source.ts';
import { withCounting } from '#support/counting-source.ts';
import { writeChunks } from '#support/write-chunks.ts';

const MIB = 1024 * 1024;

/**
 * Reads each of five chunks to its last byte but one, then each of them whole, from the last to the
 * first. Returns how many need no second read.
 */
async function keptOf(chunkBytes: number): Promise<number> {
  const size = 5 * chunkBytes;
  const content = new Uint8Array(size);
  const written = writeChunks(content, {
    itemBytes: 1,
    chunkElements: chunkBytes,
    store: (bytes) => ({ bytes, mask: 0 }),
  });
  const object = withCounting(memorySource(written.object, 'x.h5'));
  const index = memorySource(written.table, 'x.chunks');
  const source = chunkedSource({ object, index, size });
  for (let chunk = 0; chunk < 5; chunk += 1)
    await source.read({ offset: chunk * chunkBytes, length: chunkBytes - 1 });
  let kept = 0;
  for (let chunk = 4; chunk >= 0; chunk -= 1) {
    const before = object.reads.length;
    await source.read({ offset: chunk * chunkBytes, length: chunkBytes });
    if (object.reads.length === before) kept += 1;
  }
  return kept;
}

it.each([
  ['four small ones', 1000, 4],
  ['four of 2 MiB', 2 * MIB, 4],
  ['three of a little more', 2 * MIB + 1, 3],
  ['one of 8 MiB', 8 * MIB, 1],
  ['one, however large it is', 8 * MIB + 1, 1],
])('keeps of the last chunks %s', async (_, chunkBytes, kept) => {
  expect(await keptOf(chunkBytes)).toBe(kept);
});
