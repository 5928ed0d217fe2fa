import { describe, expect, it } from 'vitest';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { findFormat } from '#core/sparse/formats/find-format.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { writeNpz } from '#support/npz/write-npz.ts';

const NPZ = writeNpz({
  ...{ shape: [1, 1], dtype: 'float64' },
  ...{ indptr: [0, 1], indices: [0], data: [1] },
});

async function find(objects: Readonly<Record<string, Uint8Array>>, uri: string) {
  const store = memoryObjectStore(objects);
  const pins = await Array.fromAsync(store.list(uri));
  return await findFormat({ uri, objects: pins }, {}, store);
}

describe('the format of a unit', () => {
  it('is found by content, whatever its name ends in', async () => {
    expect((await find({ 's3://b/x.txt': NPZ }, 's3://b/x.txt')).format.name).toBe('npz');
  });

  it('fails where nothing is known that begins like it', async () => {
    const finding = find({ 's3://b/x': Uint8Array.of(0, 1, 254) }, 's3://b/x');
    await expect(finding).rejects.toThrow(UnsupportedSourceError);
    await expect(finding).rejects.toThrow('s3://b/x begins with 00 01 fe, which no format');
  });

  it.each([
    ['a file that is known', 'x', 'PAR1....', 's3://b/x is a Parquet file'],
    ['prose beside parts', 'f/README.md', '# Data\n', 's3://b/f/README.md (README.md) holds prose'],
    ['names beside parts', 'f/barcodes.tsv', 'AAAC-1\n', 'holds names of Cell Ranger, no part'],
    ['a mistake in svmlight', 'x', '1 1:2 2:abc\n', 's3://b/x looks like svmlight, but its line 1'],
  ])('fails for %s, and names it', async (_, name, text, message) => {
    const uri = `s3://b/${name}`;
    const finding = find({ [uri]: new TextEncoder().encode(text) }, uri);
    await expect(finding).rejects.toThrow(UnsupportedSourceError);
    await expect(finding).rejects.toThrow(message);
  });

  it('is found by a second look behind a long comment', async () => {
    const text = `# ${'long '.repeat(1000)}\n1 1:2\n`;
    const found = await find({ 's3://b/x': new TextEncoder().encode(text) }, 's3://b/x');
    expect(found.format.name).toBe('svmlight');
  });

  it('fails where an object is empty', async () => {
    const finding = find({ 's3://b/x': new Uint8Array() }, 's3://b/x');
    await expect(finding).rejects.toThrow(CorruptSourceError);
    await expect(finding).rejects.toThrow('s3://b/x is empty (0 bytes)');
  });

  it('fails where a folder holds the objects of no matrix', async () => {
    const finding = find({ 's3://b/x/readme': NPZ }, 's3://b/x/');
    await expect(finding).rejects.toThrow(UnsupportedSourceError);
    await expect(finding).rejects.toThrow('s3://b/x/ does not hold the objects of one matrix');
  });
});
