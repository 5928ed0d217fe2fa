import { expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { countingStore, RequestCount } from '#core/objects/counting-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';

const pin = (uri: string): SourcePin => ({ uri, etag: 'e', versionId: null, size: 4 });

const store: ObjectStore = {
  pin: async (uri) => pin(uri),
  async *list(prefix) {
    for (let at = 0; at < 1_001; at += 1) yield pin(`${prefix}${at}`);
  },
  open: ({ uri }) => memorySource(Uint8Array.of(1, 2, 3, 4), uri),
};

test('a store counts what it is asked for', async () => {
  const count = new RequestCount();
  const counted = countingStore(store, count);
  const found = await counted.pin('s3://b/a');
  const source = counted.open(found);
  expect(await source.read({ offset: 1, length: 2 })).toEqual(Uint8Array.of(2, 3));
  await source.read({ offset: 1, length: 0 });
  expect(source).toMatchObject({ uri: 's3://b/a', size: 4 });
  expect(count).toEqual({ gets: 2, lists: 0 });
  expect((await Array.fromAsync(counted.list('s3://b/'))).length).toBe(1_001);
  expect(count.lists).toBe(2);
  expect(counted).not.toHaveProperty('crc32');
});

test('a store counts the HEADs of versions and checksums', async () => {
  const count = new RequestCount();
  const more = { pinVersions: async (all: readonly SourcePin[]) => all, crc32: async () => 5 };
  const counted = countingStore({ ...store, ...more }, count);
  expect(await counted.pinVersions!([pin('a'), pin('b')])).toHaveLength(2);
  expect(await counted.crc32!(pin('a'))).toBe(5);
  expect(count.gets).toBe(3);
});
