import { describe, expect, it } from 'vitest';
import { BoundExceededError, CorruptSourceError, IncompleteSourceError } from '#core/errors.ts';
import { type BundleFiles, bundleOfVersion1, bundleOfVersion2 } from '#support/bundle-files.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { openUris } from '#support/open-matrix.ts';
import { readWhole } from '#support/read-whole.ts';

const ROOT = 's3://b/x/';

const OLD = { columns: 3, indptr: [0, 2, 3], indices: [0, 2, 1], data: [1, 2, 3] };
const NEW = { columns: 3, indptr: [0, 1, 3], indices: [1, 0, 2], data: [4, 5, 6] };

function open(files: BundleFiles, root = ROOT) {
  const objects = Object.entries(files).map(([name, bytes]) => [`${root}${name}`, bytes]);
  return openUris(memoryObjectStore(Object.fromEntries(objects)), [root]);
}

async function dataOf(files: BundleFiles): Promise<number[]> {
  const { matrix } = await open(files);
  return (await readWhole(matrix)).data.map(Number);
}

const files = bundleOfVersion2(NEW);
const nameOf = (array: string) => Object.keys(files).find((name) => name.startsWith(array))!;

function without(name: string, from: BundleFiles = files): BundleFiles {
  const { [name]: _, ...rest } = from;
  return rest;
}

describe('a bundle of version 2', () => {
  it('is read by the names in its meta.json', async () => {
    const { layout } = await open(files);
    expect(layout).toMatchObject({ format: 'bundle', shape: [2, 3], nnz: 3, dtype: 'float64' });
    expect(await dataOf(files)).toEqual(NEW.data);
    const { layout: filled } = await open(bundleOfVersion2(NEW, { fillValue: 'NaN' }));
    expect(filled.fillValue).toBe('NaN');
  });

  it.each([
    ['version 2', bundleOfVersion2(OLD)],
    ['version 1', bundleOfVersion1(OLD)],
  ])('is read beside the arrays that an older bundle of %s left', async (_, older) => {
    expect(await dataOf({ ...older, ...files, 'README.md': new Uint8Array(9) })).toEqual(NEW.data);
  });

  it.each(['indptr', 'indices', 'data'])('is waited for while its %s is missing', async (array) => {
    const name = nameOf(array);
    const opened = open({ ...bundleOfVersion1(OLD), ...without(name) });
    await expect(opened).rejects.toThrow(IncompleteSourceError);
    await expect(opened).rejects.toThrow(`${ROOT} is not a whole bundle yet: ${name} is missing;`);
  });

  it('names all that is missing, and how to upload', async () => {
    const opened = open({ 'meta.json': files['meta.json']! });
    const names = ['indptr', 'indices', 'data'].map(nameOf).join(', ');
    await expect(opened).rejects.toThrow(
      `${ROOT} is not a whole bundle yet: ${names} are missing; upload the arrays first and meta.json last: aws s3 sync FOLDER ${ROOT} --exclude meta.json && aws s3 cp FOLDER/meta.json ${ROOT}`,
    );
  });

  it('says of a folder of files to copy the others first', async () => {
    const opened = open(without(nameOf('data')), '/x/');
    await expect(opened).rejects.toThrow('; copy the other files first and meta.json last');
  });

  it('is waited for while a file has another length', async () => {
    const name = nameOf('data');
    const opened = open({ ...files, [name]: files[name]!.subarray(0, 140) });
    await expect(opened).rejects.toThrow(IncompleteSourceError);
    await expect(opened).rejects.toThrow(`${name} has 140 bytes, not the 152 that its meta.json`);
  });

  it.each([
    ['columnNames', 3],
    ['rowNames', 2],
  ])('is waited for while its %s are missing', async (field, count) => {
    const names = { file: 'names-00000000.json', bytes: 3, crc32: '00000000', count };
    const opened = open(bundleOfVersion2(NEW, { [field]: names }));
    await expect(opened).rejects.toThrow('names-00000000.json is missing');
    const bytes = new Uint8Array(3);
    const whole = { ...bundleOfVersion2(NEW, { [field]: names }), 'names-00000000.json': bytes };
    expect(await dataOf(whole)).toEqual(NEW.data);
  });

  it('is damaged, not waited for, when its own arrays contradict it', async () => {
    const opened = open(bundleOfVersion2(NEW, { nnz: 4 }));
    await expect(opened).rejects.toThrow(CorruptSourceError);
    await expect(opened).rejects.toThrow('has a nnz of 3, but its meta.json says 4');
  });

  const group = { dtype: '<f8', fillValue: 0 };
  const groupsFile = { file: 'groups-00000000.npy', bytes: 3, crc32: '00000000' };

  it('fails where the groups of columns of several dtypes are missing', async () => {
    const mixed = { fillValue: null, groups: [group], columnGroups: groupsFile };
    const mixedFiles = bundleOfVersion2(NEW, mixed);
    await expect(open(mixedFiles)).rejects.toThrow('groups-00000000.npy is missing');
  });

  it.each([
    [{ arrays: {} }, 'has a wrong arrays.indptr'],
    [{ columnNames: { ...groupsFile, crc32: 'ABCDEF01', count: 3 } }, 'columnNames.crc32: eight'],
    [{ columnNames: { ...groupsFile, file: '../x', count: 3 } }, 'columnNames.file: the name of'],
    [{ columnNames: groupsFile }, 'has a wrong columnNames.count'],
    [{ columnNames: { ...groupsFile, count: 2 } }, 'columnNames.count: as many as the matrix has'],
    [{ rowNames: { ...groupsFile, count: 3 } }, 'rowNames.count: as many as the matrix has rows'],
    [{ fillValue: null }, 'has a wrong fillValue: null with groups, else'],
    [{ groups: [group] }, 'has a wrong fillValue: null with groups, else'],
    [{ fillValue: null, groups: [group] }, 'has a wrong columnGroups: a file with groups'],
    [{ columnGroups: groupsFile }, 'has a wrong columnGroups: a file with groups'],
    [{ groups: [] }, 'has a wrong groups'],
    [{ groups: Array(256).fill(group) }, 'has a wrong groups'],
  ])('fails on meta.json with %j', async (change, sentence) => {
    const opened = open(bundleOfVersion2(NEW, change));
    await expect(opened).rejects.toThrow(CorruptSourceError);
    await expect(opened).rejects.toThrow(sentence);
  });

  it('fails on a matrix that is too wide', async () => {
    const opened = open(bundleOfVersion2({ ...NEW, columns: 2 ** 31 }));
    await expect(opened).rejects.toThrow(BoundExceededError);
  });
});
