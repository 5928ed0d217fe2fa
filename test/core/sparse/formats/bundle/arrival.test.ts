import { describe, expect, it } from 'vitest';
import {
  CorruptSourceError,
  IncompleteSourceError,
  SourceChangedError,
  SourceNotFoundError,
  UnsupportedSourceError,
} from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { bundleOfVersion1, bundleOfVersion2 } from '#support/bundle-files.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { openUris } from '#support/open-matrix.ts';

const ROOT = 's3://b/x/';

const OLD = { columns: 3, indptr: [0, 2, 3], indices: [0, 2, 1], data: [1, 2, 3] };
const NEW = { columns: 3, indptr: [0, 1, 3], indices: [1, 0, 2], data: [4, 5, 6] };

const [older, newer] = [bundleOfVersion1(OLD), bundleOfVersion1(NEW)];

function storeOf(files: Readonly<Record<string, Uint8Array>>, root = ROOT): ObjectStore {
  const objects = Object.entries(files).map(([name, bytes]) => [`${root}${name}`, bytes]);
  return memoryObjectStore(Object.fromEntries(objects));
}

const open = (files: Readonly<Record<string, Uint8Array>>) => openUris(storeOf(files), [ROOT]);

describe('a folder without meta.json', () => {
  const all = Object.keys(newer).filter((name) => name !== 'meta.json');
  const content = Object.keys(bundleOfVersion2(NEW)).filter((name) => name !== 'meta.json');

  it.each([
    [['columns.json', 'indices.npy', 'indptr.npy'], 'data.npy, meta.json are missing'],
    [['columns.json', 'data.npy'], 'indptr.npy, indices.npy, meta.json are missing'],
    [['columns.json', ...all], 'meta.json is missing'],
    [['indices.npy', 'indptr.npy'], 'data.npy, meta.json are missing'],
    [['data.npy', 'indptr.npy'], 'indices.npy, meta.json are missing'],
    [['indptr.npy'], 'indices.npy, data.npy, meta.json are missing'],
    [['indices.npy'], 'indptr.npy, data.npy, meta.json are missing'],
    [['data.npy'], 'indptr.npy, indices.npy, meta.json are missing'],
    [content, 'meta.json is missing'],
    [content.slice(0, 1), 'meta.json is missing'],
  ])('is a bundle that has not arrived with %j', async (names, sentence) => {
    const opened = open(Object.fromEntries(names.map((name) => [name, new Uint8Array(8)])));
    await expect(opened).rejects.toThrow(IncompleteSourceError);
    await expect(opened).rejects.toThrow(`${ROOT} is not a whole bundle yet: ${sentence};`);
  });

  it('is no bundle with other objects, also beside data.npy', async () => {
    const any = { 'data.npy': newer['data.npy']!, 'labels.npy': newer['data.npy']! };
    await expect(open(any)).rejects.toThrow(UnsupportedSourceError);
    const foreign = { 'columns.json': new TextEncoder().encode('[]') };
    await expect(open(foreign)).rejects.toThrow(UnsupportedSourceError);
  });
});

describe('a bundle of version 1 over an older one of the same lengths', () => {
  it('is read when all of it is there', async () => {
    const { layout } = await open({ ...older, ...newer });
    expect(layout).toMatchObject({ format: 'bundle', shape: [2, 3], nnz: 3 });
  });

  it.each(['indptr.npy', 'indices.npy', 'data.npy'])(
    'is waited for while %s is still the older one',
    async (name) => {
      const opened = open({ ...newer, [name]: older[name]! });
      await expect(opened).rejects.toThrow(IncompleteSourceError);
      await expect(opened).rejects.toThrow(
        new RegExp(`${name} has CRC-32 [0-9a-f]{8}, not the [0-9a-f]{8} that its meta.json says`),
      );
    },
  );

  it.each([
    ['does not tell a CRC-32', { crc32: undefined }],
    ['has none of the object', { crc32: async () => undefined }],
  ])('is waited for when the arrays contradict meta.json and the store %s', async (_, silent) => {
    // Of these lengths, but with an indptr that ends with another number of entries.
    const fewer = bundleOfVersion1({ ...NEW, indptr: [0, 1, 2] });
    const mixed = storeOf({ ...newer, 'indptr.npy': fewer['indptr.npy']! });
    const opened = openUris({ ...mixed, ...silent } as ObjectStore, [ROOT]);
    await expect(opened).rejects.toThrow(IncompleteSourceError);
    await expect(opened).rejects.toThrow('has a nnz of 2, but its meta.json says 3');
  });

  it('is damaged when every array is the one that meta.json means', async () => {
    const opened = open(bundleOfVersion1({ ...NEW, indptr: [0, 1, 9] }));
    await expect(opened).rejects.toThrow(CorruptSourceError);
  });
});

describe('an object that is gone or replaced while Plan looks at it', () => {
  const gone = (error: Error): Partial<ObjectStore> => ({
    crc32: async () => {
      throw error;
    },
  });

  it.each([
    new SourceChangedError('data.npy was replaced'),
    new SourceNotFoundError('no data.npy'),
  ])('belongs to an upload that is under way: $name', async (error) => {
    const opened = openUris({ ...storeOf(newer), ...gone(error) }, [ROOT]);
    await expect(opened).rejects.toThrow(IncompleteSourceError);
    await expect(opened).rejects.toThrow(`is not a whole bundle yet: ${error.message};`);
  });

  it('is an error of its own in a folder of files', async () => {
    const changed = new SourceChangedError('data.npy was replaced');
    const opened = openUris({ ...storeOf(newer, '/x/'), ...gone(changed) }, ['/x/']);
    await expect(opened).rejects.toThrow(SourceChangedError);
  });
});
