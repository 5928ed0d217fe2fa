import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { withCounting } from '#support/counting-source.ts';

const KIB = 1024;
const bytes = Uint8Array.from({ length: 400 * KIB }, (_, i) => i % 251);

it('reads near ranges as one, in any order, and clips them to the object', async () => {
  const source = withCounting(memorySource(bytes));
  await withPrefetched(source, [
    { offset: 300 * KIB, length: 200 * KIB },
    { offset: 10, length: 20 },
    { offset: 60 * KIB, length: 10 },
    { offset: 15, length: 5 },
    { offset: -100, length: 110 },
  ]);
  expect(source.reads).toEqual([
    { offset: 0, length: 60 * KIB + 10 },
    { offset: 300 * KIB, length: 100 * KIB },
  ]);
});

it('answers from the prefetched ranges, and reads anything else from the source', async () => {
  const source = withCounting(memorySource(bytes));
  const prefetched = await withPrefetched(source, [{ offset: 1_000, length: 100 }]);
  expect(await prefetched.read({ offset: 1_040, length: 60 })).toEqual(bytes.slice(1_040, 1_100));
  expect(source.reads).toHaveLength(1);
  expect(await prefetched.read({ offset: 1_040, length: 61 })).toEqual(bytes.slice(1_040, 1_101));
  expect(source.reads).toHaveLength(2);
});

it('is a byte source of the same version whose results are copies', async () => {
  const source = memorySource(bytes);
  const prefetched = await withPrefetched(source, [{ offset: 0, length: 100 }]);
  expect(prefetched).toMatchObject({ uri: source.uri, size: source.size, etag: source.etag });
  const read = await prefetched.read({ offset: 8, length: 8 });
  expect([read.byteOffset, read.buffer.byteLength]).toEqual([0, 8]);
  read.fill(0);
  expect(await prefetched.read({ offset: 8, length: 8 })).toEqual(bytes.slice(8, 16));
});
