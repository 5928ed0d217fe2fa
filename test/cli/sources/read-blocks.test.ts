import { expect, test } from 'vitest';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';

const MIB = 1024 * 1024;

/** A source whose bytes show their offset; reads from `end` on fail. */
function sourceOf(size: number, end = size): ByteSource & { readonly asked: ByteRange[] } {
  const asked: ByteRange[] = [];
  return {
    uri: 'test',
    size,
    etag: '1',
    asked,
    read: async (range) => {
      asked.push(range);
      if (range.offset >= end) throw new Error('the source broke');
      return new Uint8Array(range.length).fill(range.offset / MIB);
    },
  };
}

test.each([0, 1, 2 * MIB, 2 * MIB + 1, 6 * MIB, 7 * MIB - 5])(
  'all %i bytes come in order, two blocks asked for at most',
  async (size) => {
    const source = sourceOf(size);
    let bytes = 0;
    let blocks = 0;
    for await (const block of readBlocks(source)) {
      expect(block[0]).toBe(bytes / MIB);
      blocks += 1;
      bytes += block.length;
      expect(source.asked.length).toBeLessThanOrEqual(blocks + 1);
    }
    expect(bytes).toBe(size);
    expect(source.asked.every(({ length }) => length <= 2 * MIB)).toBe(true);
  },
);

test('an error is raised after the blocks before it', async () => {
  const blocks = readBlocks(sourceOf(6 * MIB, 4 * MIB));
  expect((await blocks.next()).value).toHaveLength(2 * MIB);
  expect((await blocks.next()).value).toHaveLength(2 * MIB);
  await expect(blocks.next()).rejects.toThrow('the source broke');
});

test('a consumer that stops early does not get the error of a later block', async () => {
  const blocks = readBlocks(sourceOf(6 * MIB, 2 * MIB));
  expect((await blocks.next()).value).toHaveLength(2 * MIB);
  await blocks.return(undefined);
});
