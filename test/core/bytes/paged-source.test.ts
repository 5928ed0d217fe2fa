import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { withPages } from '#core/bytes/paged-source.ts';
import { describeByteSource } from '#support/contracts/byte-source.ts';
import { withCounting } from '#support/counting-source.ts';

const KIB = 1024;
const bytes = Uint8Array.from({ length: 3000 * KIB }, (_, i) => (i * 7) % 251);

describeByteSource('a paged source', async (content) => withPages(memorySource(content)));

it('reads a page only once, even for reads at the same time', async () => {
  const source = withCounting(memorySource(bytes));
  const paged = withPages(source);
  await Promise.all([0, 100, 60 * KIB].map((offset) => paged.read({ offset, length: 10 })));
  await paged.read({ offset: 64 * KIB - 1, length: 1 });
  expect(source.reads).toEqual([{ offset: 0, length: 64 * KIB }]);
});

it('joins pages, also with a shorter last one', async () => {
  const source = withCounting(memorySource(bytes));
  const range = { offset: source.size - 130 * KIB, length: 130 * KIB };
  expect(await withPages(source).read(range)).toEqual(bytes.slice(-130 * KIB));
  expect(source.reads.map(({ offset }) => offset / KIB)).toEqual([2816, 2880, 2944]);
});

it('sends reads of more than four pages to the source', async () => {
  const source = withCounting(memorySource(bytes));
  const range = { offset: 10, length: 300 * KIB };
  expect(await withPages(source).read(range)).toEqual(bytes.slice(10, 10 + 300 * KIB));
  expect(source.reads).toEqual([range]);
});

it('keeps the last 32 pages', async () => {
  const source = withCounting(memorySource(bytes));
  const paged = withPages(source);
  const touch = (page: number) => paged.read({ offset: page * 64 * KIB, length: 1 });
  for (let page = 0; page < 32; page++) await touch(page);
  await touch(0);
  await touch(32);
  expect(source.reads).toHaveLength(33);
  await touch(0);
  expect(source.reads).toHaveLength(33);
  await touch(1);
  expect(source.reads).toHaveLength(34);
});

it('reads a page again that could not be read', async () => {
  const source = memorySource(bytes);
  let isDown = true;
  const paged = withPages({
    ...source,
    read: async (range) => {
      if (isDown) throw new Error('down');
      return source.read(range);
    },
  });
  await expect(paged.read({ offset: 0, length: 4 })).rejects.toThrow('down');
  isDown = false;
  expect(await paged.read({ offset: 0, length: 4 })).toEqual(bytes.slice(0, 4));
});
