import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { golden, goldenBytes } from '#support/golden.ts';
import { expectGoldenText } from '#support/golden-text.ts';

const TEXTS = golden.later.filter(({ file }) => /\.(mtx|mtx\.gz|txt)$/.test(file));

it('the golden files include 7 texts', () => {
  expect(TEXTS).toHaveLength(7);
});

it.each(TEXTS)('$file prints the text of pandas, compressed too', async (later) => {
  const bytes = goldenBytes(later.file);
  await expectGoldenText(bytes, later);
  if (!later.file.endsWith('.gz')) await expectGoldenText(gzipSync(bytes), later);
});
