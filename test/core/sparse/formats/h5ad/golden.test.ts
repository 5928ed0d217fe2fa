import { expect, it } from 'vitest';
import { golden, goldenBytes } from '#support/golden.ts';
import { expectGoldenText } from '#support/golden-text.ts';

const FILES = golden.later.filter(({ file }) => /\.(h5|h5ad)$/.test(file));

it('the golden files include three HDF5 files', () => {
  expect(FILES).toHaveLength(3);
});

it.each(FILES)('$file prints the text of pandas', async (later) => {
  await expectGoldenText(goldenBytes(later.file), later);
});
