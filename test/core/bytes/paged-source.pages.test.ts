import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { withPages } from '#core/bytes/paged-source.ts';
import { withCounting } from '#support/counting-source.ts';

const PAGE = 64 * 1024;
const bytes = Uint8Array.from({ length: 40 * PAGE + 10 }, (_, i) => (i * 7 + (i >> 9)) % 251);

function open() {
  const source = withCounting(memorySource(bytes));
  const paged = withPages(source);
  const read = async (offset: number, length: number) => {
    const before = source.reads.length;
    expect(await paged.read({ offset, length })).toEqual(bytes.slice(offset, offset + length));
    return source.reads.slice(before).map((range) => [range.offset, range.length]);
  };
  return { read };
}

it('reads the pages that a range touches, each once', async () => {
  const { read } = open();
  expect(await read(PAGE - 1, 1)).toEqual([[0, PAGE]]);
  expect(await read(PAGE - 1, 2)).toEqual([[PAGE, PAGE]]);
  expect(await read(PAGE, PAGE)).toEqual([]);
  expect(await read(0, 2 * PAGE)).toEqual([]);
  expect(await read(40 * PAGE + 9, 1)).toEqual([[40 * PAGE, 10]]);
});

it('hands reads of more than four pages on, and reads no page for no bytes', async () => {
  const { read } = open();
  expect(await read(0, 4 * PAGE + 1)).toEqual([[0, 4 * PAGE + 1]]);
  expect(await read(7, 0)).toEqual([]);
  expect(await read(0, 4 * PAGE)).toEqual([0, 1, 2, 3].map((page) => [page * PAGE, PAGE]));
});

it('keeps the 32 pages that were used last', async () => {
  const { read } = open();
  for (let page = 0; page < 32; page += 1) await read(page * PAGE, 1);
  expect(await read(0, 1)).toEqual([]);
  // One more drops page 1, as page 0 has been used since.
  expect(await read(32 * PAGE, 1)).toEqual([[32 * PAGE, PAGE]]);
  expect(await read(0, 1)).toEqual([]);
  expect(await read(2 * PAGE, 1)).toEqual([]);
  expect(await read(PAGE, 1)).toEqual([[PAGE, PAGE]]);
});
