import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDifference, readChunk } from '#cli/outputs/read-chunk.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { ManifestError } from '#core/errors.ts';

async function* inParts(text: string, partLength: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += partLength) {
    yield Buffer.from(text.slice(at, at + partLength));
  }
}

const difference = (chunk: string, text: string, partLength = 3) =>
  firstDifference(inParts(chunk, partLength + 2), inParts(text, partLength));

test('a chunk of several blocks is read whole', async () => {
  const bytes = Buffer.alloc(9_000_001, '1,0,0,0\n');
  expect(await readChunk(memorySource(bytes), 'none')).toEqual({
    bytes: 9_000_001,
    lines: 1_125_000,
    crc32: crc32(bytes),
  });
});

test('a compressed chunk is read as its text', async () => {
  const bytes = Buffer.alloc(9_000_001, '1,0,0,0\n');
  expect(await readChunk(memorySource(gzipSync(bytes)), 'gzip')).toEqual({
    bytes: 9_000_001,
    lines: 1_125_000,
    crc32: crc32(bytes),
  });
});

test('fails by name on a compressed chunk that is cut or damaged', async () => {
  const bytes = gzipSync(Buffer.alloc(100_000, '1,0\n'));
  const cut = readChunk(memorySource(bytes.subarray(0, -9)), 'gzip');
  await expect(cut).rejects.toThrow(ManifestError);
  const damaged = Buffer.from(bytes);
  damaged[damaged.length - 8]! ^= 1;
  await expect(readChunk(memorySource(damaged), 'gzip')).rejects.toThrow(/not whole gzip/);
});

test('equal texts have no difference, however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.integer({ min: 1, max: 9 }),
      async (text, length) => {
        expect(await difference(text, text, length)).toBeUndefined();
      },
    ),
  );
});

test.each([
  ['1,2\n3,4\n', '1,2\n3,5\n', 6],
  ['1,2\n', '1,2\n3,4\n', 4],
  ['1,2\n3,4\n', '1,2\n', 4],
  ['', '1\n', 0],
  ['1\n', '', 0],
])('%j differs from %j at byte %i', async (chunk, text, at) => {
  expect(await difference(chunk, text)).toBe(at);
});
