import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  BoundExceededError,
  CorruptSourceError,
  IncompleteSourceError,
  UnsupportedSourceError,
} from '#core/errors.ts';
import { goldenBytes, goldenPath } from '#support/golden.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { openUris } from '#support/open-matrix.ts';

const ROOT = 's3://b/x/';

function folderOf(name: string): Record<string, Uint8Array> {
  const names = readdirSync(goldenPath(`bundles/${name}`));
  return Object.fromEntries(
    names.map((file) => [`${ROOT}${file}`, goldenBytes(`bundles/${name}/${file}`)]),
  );
}

function open(objects: Record<string, Uint8Array>) {
  return openUris(memoryObjectStore(objects), [ROOT]);
}

const counts = folderOf('counts');
const meta = JSON.parse(new TextDecoder().decode(counts[`${ROOT}meta.json`]));

function withMeta(change: object): Record<string, Uint8Array> {
  const text = JSON.stringify({ ...meta, ...change });
  return { ...counts, [`${ROOT}meta.json`]: new TextEncoder().encode(text) };
}

describe('a CSR bundle', () => {
  it('has the shape and dtype of its meta.json', async () => {
    const { layout } = await open(counts);
    expect(layout).toMatchObject({ format: 'bundle', shape: meta.shape, nnz: meta.nnz });
    expect(layout.fillValue).toBeUndefined();
    expect((await open(folderOf('nanfill'))).layout.fillValue).toBe('NaN');
  });

  it.each([
    [{ format: 'zarr' }, UnsupportedSourceError, 'does not say "format": "sparse-csr-bundle"'],
    [{ version: 3 }, UnsupportedSourceError, 'is of version 3, read are 1 and 2'],
    [{ version: '1' }, UnsupportedSourceError, 'does not say "format"'],
    [{ shape: [-1, 3] }, CorruptSourceError, 'has a wrong shape.0'],
    [{ shape: [3] }, CorruptSourceError, 'has a wrong shape'],
    [{ shape: [76, 2 ** 31] }, BoundExceededError, 'has 2147483648 columns'],
    [{ shape: [77, 20] }, IncompleteSourceError, 'expected 78 for 77 rows'],
    [{ nnz: 151 }, IncompleteSourceError, 'has a nnz of 152, but its meta.json says 151'],
    [{ dtype: '<f8' }, IncompleteSourceError, 'dtype of int64, but its meta.json says float64'],
    [{ dtype: '<c16' }, UnsupportedSourceError, 'holds complex numbers'],
    [{ fillValue: 5 }, CorruptSourceError, 'has a wrong fillValue: 0, false or "NaN"'],
    [{ files: { 'data.npy': { bytes: 1 } } }, IncompleteSourceError, 'data.npy has 1344 bytes'],
    [{ files: 3 }, CorruptSourceError, 'has a wrong files'],
  ])('fails on meta.json with %j', async (change, errorClass, sentence) => {
    await expect(open(withMeta(change))).rejects.toThrow(errorClass);
    await expect(open(withMeta(change))).rejects.toThrow(sentence);
  });

  it('fails on a meta.json that is not JSON or is too long', async () => {
    const name = `${ROOT}meta.json`;
    const torn = { ...counts, [name]: counts[name]!.subarray(0, 30) };
    await expect(open(torn)).rejects.toThrow('meta.json is not JSON; write the bundle again');
    const huge = { ...counts, [name]: new Uint8Array(16 * 1024 * 1024 + 1) };
    await expect(open(huge)).rejects.toThrow(BoundExceededError);
  });

  it.each(['indptr', 'indices', 'data'])(
    'fails on %s.npy cut short, empty or replaced',
    async (name) => {
      const uri = `${ROOT}${name}.npy`;
      for (const bytes of [
        counts[uri]!.subarray(0, -4),
        counts[uri]!.subarray(0, 40),
        new Uint8Array(0),
        new TextEncoder().encode('x'.repeat(300)),
      ]) {
        const opened = open({ ...counts, [uri]: bytes });
        await expect(opened).rejects.toThrow(IncompleteSourceError);
        await expect(opened).rejects.toThrow(`${name}.npy has ${bytes.length} bytes, not the`);
      }
    },
  );

  it('fails on an array of the right length that is not one', async () => {
    const uri = `${ROOT}data.npy`;
    const opened = open({ ...counts, [uri]: counts[uri]!.map(() => 120) });
    await expect(opened).rejects.toThrow(CorruptSourceError);
    await expect(opened).rejects.toThrow('data.npy does not begin as a npy array does');
  });
});
