import { describe, expect, test } from 'vitest';
import { CorruptSourceError, RequestError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { nameColumns } from '#core/sources/column-names.ts';
import { bindNames } from '#core/sources/given-names.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { figuresOf } from '#core/sparse/names/names-text.ts';
import type { Names } from '#core/sparse/names.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { npyArray } from '#support/npz/npy.ts';
import { openUris } from '#support/open-matrix.ts';

const FOLDER = 's3://b/x/';
const utf8 = new TextEncoder();

/** A bundle of one row and two columns, as it was first written; `names` is its `columns.json`. */
function bundleAt(folder: string, names: string | undefined): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {
    'indptr.npy': npyArray([0, 1], 'int64'),
    'indices.npy': npyArray([1], 'int32'),
    'data.npy': npyArray([7n], 'int64'),
    ...(names !== undefined && { 'columns.json': utf8.encode(names) }),
  };
  const sizes = Object.entries(files).map(([name, { length: bytes }]) => [name, { bytes }]);
  const meta = {
    ...{ format: 'sparse-csr-bundle', version: 1, shape: [1, 2], nnz: 1 },
    ...{ dtype: '<i8', fillValue: 0, files: Object.fromEntries(sizes) },
  };
  files['meta.json'] = utf8.encode(JSON.stringify(meta));
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [`${folder}${name}`, bytes]),
  );
}

async function name(objects: Record<string, Uint8Array>, given?: string | readonly string[]) {
  const store = memoryObjectStore(objects);
  const { units } = await listUnits(store, { uris: [FOLDER] });
  const { layout } = await openUris(store, [FOLDER]);
  const bound = given === undefined ? undefined : await bindNames(given, store);
  const context = { options: {}, store, stagedFor: () => memoryStageStore() };
  return await nameColumns(layout, { units, given: bound?.names }, context);
}

async function all(names: Names | undefined): Promise<string[] | undefined> {
  return names && (await Array.fromAsync(names.read())).flat();
}

describe('the names of columns', () => {
  test('are those of the source, and what is known of them is in the layout', async () => {
    const { layout, columnNames } = await name(bundleAt(FOLDER, '["a", "é"]'));
    expect(await all(columnNames)).toEqual(['a', 'é']);
    expect(layout.columnNames).toEqual(await figuresOf(columnNames!));
  });

  test('are none where the source has none', async () => {
    const { layout, columnNames } = await name(bundleAt(FOLDER, undefined));
    expect(columnNames).toBeUndefined();
    expect(layout.columnNames).toBeUndefined();
  });

  test('are those of the request where it gives some, as a list or in an object', async () => {
    const objects = { ...bundleAt(FOLDER, '["a"]'), 's3://b/names.txt': utf8.encode('c\nd\n') };
    expect(await all((await name(objects, ['c', 'd'])).columnNames)).toEqual(['c', 'd']);
    expect(await all((await name(objects, 's3://b/names.txt')).columnNames)).toEqual(['c', 'd']);
  });

  test('fail where there are more or fewer of them than columns', async () => {
    await expect(name(bundleAt(FOLDER, '["a"]'))).rejects.toThrow(CorruptSourceError);
    await expect(name(bundleAt(FOLDER, '["a"]'))).rejects.toThrow(
      's3://b/x/columns.json has 1 names, but the matrix has 2 columns',
    );
    const given = name(bundleAt(FOLDER, undefined), ['a', 'b', 'c']);
    await expect(given).rejects.toThrow(RequestError);
    await expect(given).rejects.toThrow('source.columnNames has 3 names, but the matrix has 2');
  });

  test('are the same in all parts', async () => {
    const [one, two] = [`${FOLDER}1/`, `${FOLDER}2/`];
    const same = { ...bundleAt(one, '["a", "b"]'), ...bundleAt(two, '["a",\n"b"]') };
    expect(await all((await name(same)).columnNames)).toEqual(['a', 'b']);
    const other = { ...bundleAt(one, '["a", "b"]'), ...bundleAt(two, '["b", "a"]') };
    await expect(name(other)).rejects.toThrow(
      /x\/2\/ has column names with CRC-32 \w{8}, but s3:\/\/b\/x\/1\/ has column names with/,
    );
    const lacking = { ...bundleAt(one, '["a", "b"]'), ...bundleAt(two, undefined) };
    await expect(name(lacking)).rejects.toThrow(/x\/2\/ has no column names, but/);
    expect(await all((await name(other, ['c', 'd'])).columnNames)).toEqual(['c', 'd']);
  });
});

describe('names that a request gives', () => {
  test('are known by their digest, or by the version of their object', async () => {
    const store = memoryObjectStore({ 's3://b/names.txt': utf8.encode('c\nd\n') });
    const [first, again, other] = await Promise.all(
      [['a'], ['a'], ['b']].map((names) => bindNames(names, store)),
    );
    expect(again!.identity).toEqual(first!.identity);
    expect(other!.identity).not.toEqual(first!.identity);
    const { identity } = await bindNames('s3://b/names.txt', store);
    expect(identity).toEqual({
      uri: 's3://b/names.txt',
      etag: expect.any(String),
      versionId: null,
    });
  });
});
