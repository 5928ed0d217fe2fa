import { expect, test } from 'vitest';
import { SourceNotFoundError } from '#core/errors.ts';
import { pinnedStore } from '#core/objects/pinned-store.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const one = Uint8Array.of(1);
const now = memoryObjectStore({ 's3://b/p/1': one, 's3://b/p/2': one, 's3://b/q': one });
const pinOf = (uri: string) => ({ uri, etag: 'then', versionId: 'v', size: 7 });
const pins = ['s3://b/p/2', 's3://b/p/1', 's3://b/x'].map(pinOf);

test('finds objects as they were pinned, in the order of their keys, and others as they are', async () => {
  const store = pinnedStore(now, pins);
  expect(await store.pin('s3://b/x')).toEqual(pinOf('s3://b/x'));
  const listed = await Array.fromAsync(store.list('s3://b/p/'));
  expect(listed).toEqual(['s3://b/p/1', 's3://b/p/2'].map(pinOf));
  expect(await store.pinVersions?.(listed)).toBe(listed);
  expect(await store.pin('s3://b/q')).toEqual(await now.pin('s3://b/q'));
  await expect(store.pin('s3://b/none')).rejects.toThrow(SourceNotFoundError);
});
