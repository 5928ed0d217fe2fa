import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { isGzip, textHead, wholeLines } from '#core/text/gunzip.ts';

it('knows gzip by its first two bytes, not by one of them', () => {
  expect(isGzip(Uint8Array.of(0x1f, 0x8b))).toBe(true);
  expect(isGzip(Uint8Array.of(0x1f, 0x8a))).toBe(false);
  expect(isGzip(Uint8Array.of(0x1e, 0x8b))).toBe(false);
  expect(isGzip(Uint8Array.of(0x1f))).toBe(false);
  expect(isGzip(Uint8Array.of())).toBe(false);
});

it('takes a text with one of the two bytes as it is', () => {
  for (const text of ['\x1f1 2\n', 'x\x8b 3\n']) {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    expect(textHead(bytes)).toBe(bytes);
  }
});

it('inflates the first 1,024 bytes of gzip and no more', () => {
  const text = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251);
  const zipped = gzipSync(text, { level: 0 });
  // Ten bytes of gzip and five of a stored block come before the text.
  expect(textHead(zipped)).toEqual(Buffer.from(text.subarray(0, 1024 - 15)));
});

it('finds no text in damaged gzip', () => {
  expect(textHead(Uint8Array.of(0x1f, 0x8b, 7, 7, 7, 7, 7, 7, 7, 7, 7))).toEqual(new Uint8Array());
});

it('gives the whole lines of a begin, inflated, and none of damaged gzip', () => {
  const text = Buffer.from('1 2:3\n4 5:6\n7 8');
  const lines = text.subarray(0, 12);
  expect(wholeLines(text)).toEqual(lines);
  expect(wholeLines(gzipSync(text))).toEqual(lines);
  expect(wholeLines(Uint8Array.of(0x1f, 0x8b, 7, 7, 7, 7, 7, 7, 7, 7, 7))).toEqual(
    new Uint8Array(),
  );
});
