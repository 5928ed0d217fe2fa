import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import type { LineBlock } from '#core/text/line-block.ts';
import { cutLines } from '#core/text/line-blocks.ts';

const OPTIONS = { uri: 'x', offset: 0, segmentBytes: 1000, maxLineBytes: 1000 };

async function* piecesOf(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let start = 0;
  for (const cut of [...cuts.map((part) => Math.round(part * bytes.length)), bytes.length]) {
    yield bytes.subarray(start, Math.max(start, cut));
    start = Math.max(start, cut);
  }
}

function textOf({ bytes, start, end }: LineBlock): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}

/** Text of few different characters, so that newlines are frequent. */
const anyText = fc
  .array(fc.constantFrom('a', 'b', ' ', '\n'), { maxLength: 60 })
  .map((all) => all.join(''));
const anyCuts = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
  .map((cuts) => cuts.sort((a, b) => a - b));

describe('any text in any pieces', () => {
  it('gives blocks of whole lines, each of one segment', async () => {
    const property = fc.asyncProperty(
      anyText,
      anyCuts,
      fc.integer({ min: 1, max: 80 }),
      fc.integer({ min: 0, max: 100 }),
      async (text, cuts, segmentBytes, offset) => {
        const options = { ...OPTIONS, segmentBytes, offset };
        const blocks = await Array.fromAsync(cutLines(piecesOf(text, cuts), options));
        const all = blocks.map(textOf).join('');
        expect(all).toBe(text === '' || text.endsWith('\n') ? text : `${text}\n`);
        let next = offset;
        for (const block of blocks) {
          expect(block.offset).toBe(next);
          expect(textOf(block)).toMatch(/\n$/);
          const lineStarts = [...textOf(block).matchAll(/^/gm)].map(({ index }) => next + index);
          // The last of them is behind the block.
          const segments = lineStarts.slice(0, -1).map((at) => Math.floor(at / segmentBytes));
          expect(new Set(segments).size).toBe(1);
          next += block.end - block.start;
        }
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });
});

describe('a line', () => {
  it('fails if it is longer than allowed', async () => {
    const pieces = piecesOf(`ab\n${'x'.repeat(50)}`, [0.2, 0.4, 0.6, 0.8]);
    const blocks = cutLines(pieces, { ...OPTIONS, maxLineBytes: 20 });
    await expect(Array.fromAsync(blocks)).rejects.toThrow(
      new BoundExceededError(
        'x has a line of more than 20 bytes at byte 3, allowed are 20; split the matrix by columns',
      ),
    );
  });
});
