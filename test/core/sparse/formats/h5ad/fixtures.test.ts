import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { parseLayout } from '#core/sources/open-source.ts';
import { hdf5Bytes, hdf5Fixtures } from '#support/hdf5-fixtures.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { readWhole } from '#support/read-whole.ts';

describe('files that h5py and anndata wrote', () => {
  it('are more than 70 cases', () => {
    expect(hdf5Fixtures.cases.length).toBeGreaterThan(70);
  });

  it.each(hdf5Fixtures.cases)('reads $file', async ({ file, options, matrix }) => {
    const { layout, matrix: opened } = await openMatrix(
      memorySource(hdf5Bytes(file), file),
      options,
    );
    const expected = hdf5Fixtures.matrices[matrix]!;
    expect(layout.format).toBe(file.includes('10x') ? '10x' : 'h5ad');
    expect(await readWhole(opened)).toEqual(expected);
    expect(parseLayout(JSON.stringify(layout))).toEqual(layout);
  });

  it.each(hdf5Fixtures.refused)('fails on $file', async ({ file, options, message }) => {
    const opening = openMatrix(memorySource(hdf5Bytes(file), file), options);
    await expect(opening).rejects.toThrow(new RegExp(message));
    await expect(opening).rejects.toThrow(file);
  });
});
