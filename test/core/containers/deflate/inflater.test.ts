import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Inflater } from '#core/containers/deflate/inflater.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { deflatePieces, streams } from './arbitrary-stream.ts';
import { BitWriter, dynamicBlocks, writeBlocks, writeDynamicHeader } from './deflate-writer.ts';
import { inflatePieces } from './inflate-pieces.ts';

const inflater = new Inflater();

/** Lengths of pieces; some shorter than a word, some longer than all the stream. */
const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5000 })), {
  minLength: 1,
  maxLength: 5,
});

/** What Node's own inflate makes of a stream, if it makes anything of it. */
function inflatedByNode(compressed: Uint8Array): Buffer | undefined {
  try {
    return inflateRawSync(compressed);
  } catch {
    return undefined;
  }
}

function inflatedByUs(compressed: Uint8Array, lengths?: readonly number[]): Buffer | undefined {
  try {
    const { bytes, isEnded } = inflatePieces(inflater, compressed, lengths);
    return isEnded ? bytes : undefined;
  } catch (error) {
    if (error instanceof CorruptSourceError) return undefined;
    throw error;
  }
}

describe('inflating', () => {
  test('gives back the original bytes, however they were deflated and cut', async () => {
    await fc.assert(
      fc.asyncProperty(streams, cuts, async (stream, lengths) => {
        const { plain, compressed } = await stream;
        const inflated = inflatePieces(inflater, compressed, lengths);
        expect(inflated.isEnded).toBe(true);
        expect(inflated.bytes.equals(plain)).toBe(true);
        expect(Math.ceil(inflated.endBit / 8)).toBe(compressed.length);
      }),
      { numRuns: 300 },
    );
  });

  test('agrees with Node about streams of codes that no compressor would choose', async () => {
    let valid = 0;
    await fc.assert(
      fc.property(fc.array(dynamicBlocks, { minLength: 1, maxLength: 4 }), cuts, (blocks, cut) => {
        const compressed = writeBlocks(blocks);
        const expected = inflatedByNode(compressed);
        if (expected !== undefined) valid++;
        const got = inflatedByUs(compressed, cut);
        expect(got === undefined).toBe(expected === undefined);
        if (got !== undefined && expected !== undefined) expect(got.equals(expected)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(valid).toBeGreaterThan(50);
  });

  test('agrees with Node about damaged streams', async () => {
    const damages = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(streams, damages, cuts, async (stream, changes, lengths) => {
        const { compressed } = await stream;
        for (const [at, change] of changes) compressed[at % compressed.length]! ^= change;
        const expected = inflatedByNode(compressed);
        const got = inflatedByUs(compressed, lengths);
        expect(got === undefined).toBe(expected === undefined);
        if (got !== undefined && expected !== undefined) expect(got.equals(expected)).toBe(true);
      }),
      { numRuns: 800 },
    );
  });

  test('agrees with Node about noise', async () => {
    await fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const expected = inflatedByNode(noise);
        const got = inflatedByUs(noise);
        expect(got === undefined).toBe(expected === undefined);
      }),
      { numRuns: 2000 },
    );
  });

  test('copies matches of every length at every short distance', () => {
    for (let distance = 1; distance <= 40; distance++) {
      const unit = Uint8Array.from({ length: distance }, (_, i) => i * 37 + 1);
      for (let length = 3; length <= 258; length += 5) {
        const plain = Uint8Array.from({ length: distance + length }, (_, i) => unit[i % distance]!);
        const { bytes } = inflatePieces(inflater, deflateRawSync(plain));
        expect(bytes.equals(plain)).toBe(true);
      }
    }
  });

  test('inflates megabytes with a window of 32 KiB', () => {
    const plain = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> (i % 13));
    for (const level of [0, 1, 9]) {
      const { bytes, boundaries } = inflatePieces(inflater, deflateRawSync(plain, { level }));
      expect(bytes.equals(plain)).toBe(true);
      for (const { offset, window } of boundaries) {
        const expected = plain.subarray(Math.max(0, offset - 32_768), offset);
        expect(Buffer.compare(window, expected)).toBe(0);
      }
    }
  });
});

describe('the places between blocks', () => {
  test('are where inflating can begin, at all eight bits of a byte', async () => {
    const shifts = new Set<number>();
    await fc.assert(
      fc.asyncProperty(streams, cuts, async (stream, lengths) => {
        const { plain, compressed } = await stream;
        for (const place of inflatePieces(inflater, compressed).boundaries.slice(0, 20)) {
          shifts.add(place.bit % 8);
          const { bytes, isEnded } = inflatePieces(inflater, compressed, lengths, place);
          expect(isEnded).toBe(true);
          expect(bytes.equals(plain.subarray(place.offset))).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
    expect([...shifts].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('are the same however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(streams, cuts, async (stream, lengths) => {
        const { compressed } = await stream;
        const { boundaries } = inflatePieces(inflater, compressed);
        const whole = inflatePieces(inflater, compressed, lengths).boundaries;
        expect(whole.map(({ bit, offset }) => [bit, offset])).toEqual(
          boundaries.map(({ bit, offset }) => [bit, offset]),
        );
      }),
      { numRuns: 100 },
    );
  });
});

const stored = (length: number, complement: number, ...bytes: readonly number[]) =>
  Uint8Array.of(1, length & 255, length >> 8, complement & 255, complement >> 8, ...bytes);

/** A last block with the fixed code. */
const fixed = (write: (out: BitWriter) => BitWriter) =>
  write(new BitWriter().number(1, 1).number(1, 2)).endByte().bytes();

const dynamic = (literals: readonly number[], distances: readonly number[]) => {
  const out = new BitWriter();
  writeDynamicHeader(out, true, literals, distances);
  return out.number(0, 64).bytes();
};

const literalLengths = (...lengths: readonly (readonly [symbol: number, bits: number])[]) => {
  const all = new Array<number>(257).fill(0);
  for (const [symbol, bits] of lengths) all[symbol] = bits;
  return all;
};

/** A header whose code lengths are given in the order of the header, and nothing behind it. */
const codeLengths = (lengths: readonly number[]) => {
  const out = new BitWriter().number(1, 1).number(2, 2).number(0, 5).number(0, 5).number(15, 4);
  for (let i = 0; i < 19; i++) out.number(lengths[i] ?? 0, 3);
  return out.number(0, 16);
};
const REPEAT_FIRST = codeLengths([1, 1]).bytes();

describe('a damaged stream', () => {
  test.each([
    ['no bytes at all but one', Uint8Array.of(0), 'is cut short'],
    ['a block of type 3', Uint8Array.of(7), 'has a block of unknown type'],
    ['a stored block of another length', stored(1, 0, 65), 'has a stored block with a damaged'],
    ['a stored block that is cut short', stored(2, 0xfffd, 65), 'is cut short'],
    ['a stored block without its length', Uint8Array.of(1, 2, 0), 'is cut short'],
    ['no end of the block', fixed((out) => out.code(0x30, 8)), 'is cut short'],
    ['length 286', fixed((out) => out.code(0xc6, 8).code(0, 20)), 'that stands for nothing'],
    [
      'distance 30',
      fixed((out) => out.code(0x30, 8).code(1, 7).code(30, 5).code(0, 20)),
      'that stands for nothing',
    ],
    [
      'a distance too far',
      fixed((out) => out.code(0x30, 8).code(1, 7).code(1, 5).code(0, 7)),
      'refers to bytes before its beginning',
    ],
    ['287 lengths', dynamic(new Array<number>(287).fill(8), [1, 1]), 'no Huffman code'],
    ['31 distances', dynamic(literalLengths([256, 1]), new Array(31).fill(5)), 'no Huffman code'],
    ['no end', dynamic(literalLengths([0, 1], [1, 1]), [1, 1]), 'make no Huffman code'],
    ['too many codes', dynamic(literalLengths([0, 1], [1, 1], [256, 1]), [1]), 'no Huffman code'],
    ['too few codes', dynamic(literalLengths([0, 2], [256, 2]), [1]), 'make no Huffman code'],
    ['a single code of two bits', dynamic(literalLengths([256, 2]), [1]), 'no Huffman code'],
    ['too few distances', dynamic(literalLengths([256, 1]), [2, 2]), 'make no Huffman code'],
    ['too many code lengths', codeLengths(new Array(19).fill(1)).bytes(), 'no Huffman code'],
    ['a single code length', codeLengths([0, 0, 0, 1]).bytes(), 'make no Huffman code'],
    ['a repetition of nothing', REPEAT_FIRST, 'make no Huffman code'],
    [
      'a repetition past the end',
      codeLengths([0, 1, 1]).number(0xffffff, 24).number(0xffffff, 24).bytes(),
      'make no Huffman code',
    ],
  ])('fails on %s', (_, compressed, sentence) => {
    expect(inflatedByNode(compressed)).toBeUndefined();
    expect(() => inflatePieces(inflater, compressed)).toThrow(CorruptSourceError);
    expect(() => inflatePieces(inflater, compressed)).toThrow(sentence);
  });

  test('fails if it is cut short anywhere', async () => {
    const plain = Buffer.from('a sparse matrix, a sparse matrix, a dense one; '.repeat(9));
    const options = { strategy: constants.Z_DEFAULT_STRATEGY };
    const compressed = await deflatePieces([plain, plain], options, constants.Z_SYNC_FLUSH);
    for (let length = 1; length < compressed.length; length++) {
      const short = compressed.subarray(0, length);
      expect(() => inflatePieces(inflater, short)).toThrow('the stream is cut short');
    }
  });

  test('is refused with its place and what to do', () => {
    expect(() => inflatePieces(inflater, Uint8Array.of(7))).toThrow(
      'the stream has a block of unknown type, near byte 0 of 1 compressed; copy or save the file again',
    );
  });
});

describe('without WebAssembly', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('fails with what to do', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(() => new Inflater()).toThrow(UnsupportedSourceError);
    expect(() => new Inflater()).toThrow('save the matrix with compressed=False');
  });
});
