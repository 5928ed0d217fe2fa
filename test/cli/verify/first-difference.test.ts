import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDifference } from '#cli/verify/first-difference.ts';

async function* inParts(text: string, partLength: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += partLength) {
    yield Buffer.from(text.slice(at, at + partLength));
  }
}

const difference = (chunk: string, text: string, partLength = 3) =>
  firstDifference(inParts(chunk, partLength + 2), inParts(text, partLength));

test('equal texts have no difference, whatever their pieces are', async () => {
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
