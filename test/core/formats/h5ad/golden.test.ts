import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { DEFAULT_DIALECT } from '#core/encode/csv-dialect.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { encodeParts } from '#test/core/encode/encode-text.ts';
import { golden, goldenBytes } from '#test/support/golden.ts';
import { openMatrix } from '#test/support/open-matrix.ts';

const FILES = golden.later.filter(({ file }) => /\.(h5|h5ad)$/.test(file));

it('the golden files hold three of HDF5', () => {
  expect(FILES).toHaveLength(3);
});

it.each(FILES)('$file prints the text of pandas', async ({ file, ...facts }) => {
  const { layout, matrix } = await openMatrix(memorySource(goldenBytes(file), file));
  expect(layout).toMatchObject({ shape: facts.shape, nnz: facts.stored });
  const rows = { rowStart: 0, rowEnd: matrix.shape[0] };
  const parts = encodeParts(await Array.fromAsync(readSlices(matrix, rows)), {
    dtype: matrix.dtype,
    columns: matrix.shape[1],
    dialect: { ...DEFAULT_DIALECT, profile: 'typed' },
    partBytes: [1000],
  });
  const text = Buffer.concat(parts);
  expect(text.length).toBe(facts.bytes);
  expect(createHash('sha256').update(text).digest('hex')).toBe(facts.sha256);
});
