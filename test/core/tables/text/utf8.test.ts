import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { release } from '#core/bytes/release.ts';
import { Utf8Proof } from '#core/tables/text/utf8.ts';

/** Offset of the first bad byte, by decoding ever longer prefixes. */
function firstBad(bytes: Uint8Array): number | undefined {
  const strict = new TextDecoder('utf-8', { fatal: true });
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((count) => {
      try {
        return at + count <= bytes.length && strict.decode(bytes.subarray(at, at + count)) !== null;
      } catch {
        return false;
      }
    });
    if (length === undefined) return at;
    at += length;
  }
  return undefined;
}

function prove(bytes: Uint8Array, pieceBytes: number): number | undefined {
  const proof = new Utf8Proof();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const bad = proof.push(bytes.subarray(at, at + pieceBytes));
    if (bad !== undefined) return bad;
  }
  return proof.finish();
}

const text = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => Buffer.from(value));
const byte = fc.constantFrom(
  0x41,
  0x80,
  0xbf,
  0xc0,
  0xc3,
  0xe0,
  0xa0,
  0xed,
  0xef,
  0xf0,
  0xf4,
  0xff,
);
const noise = fc.array(byte, { maxLength: 6 }).map((bytes) => Buffer.from(bytes));

describe('Utf8Proof', () => {
  it('names the first byte that is no UTF-8, however the text is cut', () => {
    void fc.assert(
      fc.property(
        fc.array(fc.oneof(text, noise), { maxLength: 4 }).map((parts) => Buffer.concat(parts)),
        fc.integer({ min: 1, max: 40 }),
        (bytes, pieceBytes) => {
          expect(prove(bytes, pieceBytes)).toBe(firstBad(bytes));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['views of memory of their own', (bytes: readonly number[]) => new Uint8Array(bytes)],
    ['Buffers', (bytes: readonly number[]) => Buffer.alloc(bytes.length).fill(Buffer.from(bytes))],
  ])('needs no piece any more once it is given back: %s', (_, pieceOf) => {
    const proof = new Utf8Proof();
    for (const bytes of [[0x41, 0xc3], [0xa9], [0x41], [0x41], [0xe2, 0x82], [0xac]]) {
      const piece = pieceOf(bytes);
      expect(proof.push(piece)).toBeUndefined();
      release(piece);
    }
    expect(proof.finish()).toBeUndefined();
  });
});
