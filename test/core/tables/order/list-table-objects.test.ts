import { describe, expect, it } from 'vitest';
import { BoundExceededError, SourceNotFoundError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { listTableObjects } from '#core/tables/order/list-table-objects.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const KEYS = ['p/10.csv', 'p/2.csv', 'p/_SUCCESS', 'p/q/.hidden', 'p/q/1.csv', 'r/a.csv'];
const store = memoryObjectStore(
  Object.fromEntries(KEYS.map((key) => [`s3://b/${key}`, Buffer.from(key)])),
);

async function keysOf(from: ObjectStore, keys: readonly string[]) {
  const passedOver: string[] = [];
  const uris = keys.map((key) => `s3://b/${key}`);
  const objects = listTableObjects(from, uris, (uri) => passedOver.push(uri));
  const found = await Array.fromAsync(objects, ({ uri }) => uri.slice('s3://b/'.length));
  return { found, passedOver };
}

describe('the objects of a table', () => {
  it('are in the order of the list, and of the keys in its folders, without markers', async () => {
    expect(await keysOf(store, ['r/a.csv', 'p/'])).toEqual({
      found: ['r/a.csv', 'p/10.csv', 'p/2.csv', 'p/q/1.csv'],
      passedOver: ['s3://b/p/_SUCCESS', 's3://b/p/q/.hidden'],
    });
  });

  it('are refused where there are none', async () => {
    await expect(keysOf(store, ['x/'])).rejects.toThrow(SourceNotFoundError);
    await expect(keysOf(store, ['p/q/', 'x/'])).rejects.toThrow('s3://b/x/ holds no objects');
    await expect(keysOf(store, ['x.csv'])).rejects.toThrow(SourceNotFoundError);
  });

  it('get their versions a thousand at a time', async () => {
    const batches: number[] = [];
    const versioned: ObjectStore = {
      ...store,
      async *list() {
        for (let i = 0; i < 2000; i++) {
          yield { uri: `s3://b/p/${i}`, etag: 'e', versionId: null, size: 1 };
        }
      },
      async pinVersions(listed) {
        batches.push(listed.length);
        return listed.map((pin) => ({ ...pin, uri: `${pin.uri}@1` }));
      },
    };
    const { found } = await keysOf(versioned, ['p/']);
    expect(batches).toEqual([1000, 1000]);
    expect(found).toEqual(Array.from({ length: 2000 }, (_, i) => `p/${i}@1`));
  });

  it('are at most so many', async () => {
    const pin = { uri: 's3://b/p/x', etag: 'e', versionId: null, size: 1 };
    const endless: ObjectStore = {
      ...store,
      async *list() {
        for (;;) yield pin;
      },
    };
    let count = 0;
    const counting = async () => {
      for await (const _ of listTableObjects(endless, ['s3://b/p/'], () => {}, 5_000)) count += 1;
    };
    const listing = counting();
    await expect(listing).rejects.toThrow(BoundExceededError);
    await expect(listing).rejects.toThrow('holds more than 5000 objects');
    expect(count).toBe(5_000);
  });
});
