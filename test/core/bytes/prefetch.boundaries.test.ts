import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { withCounting } from '#support/counting-source.ts';

const GAP = 64 * 1024;
const bytes = Uint8Array.from({ length: 3 * GAP }, (_, i) => i % 251);

async function readsOf(...ranges: (readonly [offset: number, length: number])[]) {
  const source = withCounting(memorySource(bytes));
  const prefetched = await withPrefetched(
    source,
    ranges.map(([offset, length]) => ({ offset, length })),
  );
  return { source, prefetched, reads: source.reads.map(({ offset, length }) => [offset, length]) };
}

it('reads ranges together up to a gap of 64 KiB, and apart beyond', async () => {
  expect((await readsOf([5, 10], [15 + GAP, 7])).reads).toEqual([[5, 17 + GAP]]);
  const apart = [
    [5, 10],
    [16 + GAP, 7],
  ] as const;
  expect((await readsOf(...apart)).reads).toEqual(apart);
});

it('reads a range that lies in another one with it', async () => {
  expect((await readsOf([100, 50], [110, 5])).reads).toEqual([[100, 50]]);
  expect((await readsOf([100, 50], [120, 90])).reads).toEqual([[100, 110]]);
});

it('cuts ranges to the object at both ends', async () => {
  const size = bytes.length;
  expect((await readsOf([-7, 10])).reads).toEqual([[0, 3]]);
  expect((await readsOf([size - 3, 10])).reads).toEqual([[size - 3, 3]]);
  expect((await readsOf([size + 5, 10], [1, 2])).reads).toEqual([[1, 2]]);
});

it('answers what lies in what was read, to its first and last byte', async () => {
  const { source, prefetched } = await readsOf([100, 50], [100 + 2 * GAP, 50]);
  for (const [offset, length] of [
    [100, 50],
    [100, 1],
    [149, 1],
    [100 + 2 * GAP, 50],
  ] as const)
    expect(await prefetched.read({ offset, length })).toEqual(bytes.slice(offset, offset + length));
  expect(source.reads).toHaveLength(2);
  for (const [offset, length] of [
    [99, 2],
    [149, 2],
    [150, 1],
  ] as const)
    expect(await prefetched.read({ offset, length })).toEqual(bytes.slice(offset, offset + length));
  expect(source.reads).toHaveLength(5);
});
