import { describe, expect, it } from 'vitest';
import { BoundExceededError, SourceNotFoundError, UnsupportedSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const one = Uint8Array.of(1);

async function unitsOf(
  names: readonly string[],
  uris: readonly string[],
  order?: 'key' | 'natural',
) {
  const store = memoryObjectStore(Object.fromEntries(names.map((name) => [`s3://b/${name}`, one])));
  const { units } = await listUnits(store, { uris: uris.map((uri) => `s3://b/${uri}`), order });
  return units.map(({ uri, objects }) => [
    uri.slice('s3://b/'.length),
    objects.map((object) => object.uri.slice('s3://b/'.length)),
  ]);
}

const ARRAYS = ['data.npy', 'indices.npy', 'indptr.npy'];

describe('listUnits', () => {
  it('takes an object as one unit', async () => {
    expect(await unitsOf(['x.npz', 'y.npz'], ['x.npz'])).toEqual([['x.npz', ['x.npz']]]);
  });

  it('takes the objects of a folder as parts in the order of their keys', async () => {
    expect(await unitsOf(['p/02.npz', 'p/10.npz', 'q/1.npz'], ['p/'])).toEqual([
      ['p/02.npz', ['p/02.npz']],
      ['p/10.npz', ['p/10.npz']],
    ]);
  });

  it('gives the objects of a folder that it reads the versions that they have', async () => {
    const names = ['p/1.npz', 'p/2.npz', 'p/_SUCCESS'].map((name) => [`s3://b/${name}`, one]);
    const store: ObjectStore = {
      ...memoryObjectStore(Object.fromEntries(names)),
      pinVersions: async (pins) => pins.map((pin) => ({ ...pin, versionId: `v ${pin.uri}` })),
    };
    const { units, passedOver } = await listUnits(store, { uris: ['s3://b/p/'] });
    const versions = units.flatMap(({ objects }) => objects.map(({ versionId }) => versionId));
    expect(versions).toEqual(['v s3://b/p/1.npz', 'v s3://b/p/2.npz']);
    expect(passedOver).toEqual(['s3://b/p/_SUCCESS']);
  });

  it('refuses numbers that are not padded, unless the order is given', async () => {
    const names = ['p/part-10.npz', 'p/part-2.npz', 'p/part-1.npz'];
    await expect(unitsOf(names, ['p/'])).rejects.toThrow(
      'the order of the parts of s3://b/p/ is not clear: by key part-10.npz comes before part-2.npz, by number after it, because the numbers are not padded with zeros; say source.order',
    );
    const inOrder = async (order: 'key' | 'natural') =>
      (await unitsOf(names, ['p/'], order)).map(([uri]) => uri);
    expect(await inOrder('key')).toEqual(['p/part-1.npz', 'p/part-10.npz', 'p/part-2.npz']);
    expect(await inOrder('natural')).toEqual(['p/part-1.npz', 'p/part-2.npz', 'p/part-10.npz']);
    const listed = names.toReversed();
    expect((await unitsOf(names, listed)).map(([uri]) => uri)).toEqual(listed);
  });

  it('takes a list in its own order', async () => {
    expect((await unitsOf(['a', 'b', 'p/c'], ['b', 'p/', 'a'])).map(([uri]) => uri)).toEqual([
      'b',
      'p/c',
      'a',
    ]);
  });

  it('takes a folder of arrays, or of a bundle, as one matrix, alone or among parts', async () => {
    const bundle = [...ARRAYS, 'meta.json', 'columns.json'];
    const names = (folder: string, files: readonly string[]) => files.map((f) => `${folder}${f}`);
    expect(await unitsOf(names('x/', ARRAYS), ['x/'])).toEqual([['x/', names('x/', ARRAYS)]]);
    const parts = [...names('p/2/', ARRAYS), 'p/1.npz', ...names('p/3/', bundle)];
    expect((await unitsOf(parts, ['p/'])).map(([uri]) => uri)).toEqual(['p/1.npz', 'p/2/', 'p/3/']);
  });

  it('passes over markers, hidden objects and those of file managers, and names them', async () => {
    const empty = new Uint8Array(0);
    const marks = ['_SUCCESS', '.DS_Store', 'Thumbs.db', 'desktop.ini'];
    const store = memoryObjectStore({
      ...Object.fromEntries(marks.map((name) => [`s3://b/p/${name}`, one])),
      's3://b/p/': empty,
      's3://b/p/sub_$folder$': empty,
      's3://b/p/a': one,
    });
    const { units, passedOver } = await listUnits(store, { uris: ['s3://b/p/'] });
    expect(units.map(({ uri }) => uri)).toEqual(['s3://b/p/a']);
    const expected = ['', ...marks, 'sub_$folder$'].map((name) => `s3://b/p/${name}`);
    expect(passedOver.toSorted()).toEqual(expected.toSorted());
  });

  it.each(['.zgroup', '.zattrs', 'zarr.json', 'X/.zarray'])(
    'fails on a zarr store: it holds %s',
    async (name) => {
      const listing = unitsOf([`p/${name}`, 'p/X/data/0'], ['p/']);
      await expect(listing).rejects.toThrow(UnsupportedSourceError);
      await expect(listing).rejects.toThrow(/is a zarr store, .*write_h5ad/);
    },
  );

  it('fails on an empty folder and on an object that is not there', async () => {
    await expect(unitsOf(['p/_SUCCESS'], ['p/'])).rejects.toThrow(SourceNotFoundError);
    await expect(unitsOf([], ['p/'])).rejects.toThrow('s3://b/p/ holds no objects; give');
    await expect(unitsOf([], ['x'])).rejects.toThrow(SourceNotFoundError);
  });

  it('fails on too many parts, of a folder or of a list, before all are listed', async () => {
    let listed = 0;
    const endless: ObjectStore = {
      ...memoryObjectStore({ 's3://b/x': one }),
      async *list(prefix) {
        for (;;) {
          listed += 1;
          yield { uri: `${prefix}${listed}`, etag: 'e', versionId: null, size: 1 };
        }
      },
    };
    const listing = listUnits(endless, { uris: ['s3://b/p/'] });
    await expect(listing).rejects.toThrow(BoundExceededError);
    expect(listed).toBeLessThanOrEqual(100_001);
    const many = listUnits(endless, { uris: Array(10_001).fill('s3://b/x') });
    await expect(many).rejects.toThrow('10001 parts, allowed are 10000');
  });
});
