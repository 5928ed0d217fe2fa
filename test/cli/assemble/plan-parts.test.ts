import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JoinedPart, planParts } from '#cli/assemble/plan-parts.ts';

const BOUNDS = { least: 10, most: 25 };

function lengthOf(part: JoinedPart): number {
  if (part.kind === 'copied') return part.length;
  return part.pieces.reduce((sum, { length }) => sum + length, 0);
}

/** The bytes of a part as they lie in all objects, one after the other. */
function bytesOf(part: JoinedPart, starts: readonly number[]): number[] {
  const pieces = part.kind === 'copied' ? [part] : part.pieces;
  return pieces.flatMap(({ object, offset, length }) =>
    Array.from({ length }, (_, at) => starts[object]! + offset + at),
  );
}

describe('the parts of joined objects', () => {
  it('are all bytes in order, within the bounds, and small only at the end', () => {
    const sizes = fc.array(fc.nat(80), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const parts = [...planParts(lengths, BOUNDS)];
        const starts = lengths.map((_, at) => lengths.slice(0, at).reduce((a, b) => a + b, 0));
        const all = lengths.reduce((sum, length) => sum + length, 0);
        expect(parts.flatMap((part) => bytesOf(part, starts))).toEqual(
          Array.from({ length: all }, (_, at) => at),
        );
        for (const part of parts.slice(0, -1)) {
          expect(lengthOf(part)).toBeGreaterThanOrEqual(BOUNDS.least);
        }
        for (const part of parts) {
          const most = part.kind === 'copied' ? BOUNDS.most : 3 * BOUNDS.least;
          expect(lengthOf(part)).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('are copies of whole objects where these are long enough, and ranges of longer ones', () => {
    expect([...planParts([12, 60, 25], BOUNDS)]).toEqual([
      { kind: 'copied', object: 0, offset: 0, length: 12 },
      { kind: 'copied', object: 1, offset: 0, length: 20 },
      { kind: 'copied', object: 1, offset: 20, length: 20 },
      { kind: 'copied', object: 1, offset: 40, length: 20 },
      { kind: 'copied', object: 2, offset: 0, length: 25 },
    ]);
  });

  it('take the begin of a long object to what is too short before it', () => {
    expect([...planParts([3, 30, 4], BOUNDS)]).toEqual([
      {
        kind: 'gathered',
        pieces: [
          { object: 0, offset: 0, length: 3 },
          { object: 1, offset: 0, length: 7 },
        ],
      },
      { kind: 'copied', object: 1, offset: 7, length: 23 },
      { kind: 'gathered', pieces: [{ object: 2, offset: 0, length: 4 }] },
    ]);
  });
});
