import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeChunk } from '#core/containers/hdf5/decode-chunk.ts';
import { fletcher32 } from '#core/containers/hdf5/fletcher32.ts';
import { inflateLzf } from '#core/containers/hdf5/lzf.ts';
import { unshuffle } from '#core/containers/hdf5/shuffle.ts';
import { CorruptSourceError } from '#core/errors.ts';

describe('unshuffle', () => {
  it('undoes a shuffle, of any item length', () => {
    const lengths = fc.integer({ min: 1, max: 17 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), lengths, (bytes, itemBytes) => {
        const items = Math.floor(bytes.length / itemBytes);
        const shuffled = bytes.slice();
        for (let i = 0; i < items * itemBytes; i++) {
          shuffled[(i % itemBytes) * items + Math.floor(i / itemBytes)] = bytes[i]!;
        }
        expect(unshuffle(shuffled, itemBytes)).toEqual(bytes);
      }),
    );
  });
});

describe('fletcher32', () => {
  it('equals the sums modulo 65535', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        let sum1 = 0;
        let sum2 = 0;
        for (let i = 0; i < bytes.length; i += 2) {
          sum1 = (sum1 + bytes[i]! * 256 + (bytes[i + 1] ?? 0)) % 65_535;
          sum2 = (sum2 + sum1) % 65_535;
        }
        const hash = fletcher32(bytes);
        expect([(hash & 0xffff) % 65_535, (hash >>> 16) % 65_535]).toEqual([sum1, sum2]);
      }),
    );
  });
});

describe('lzf', () => {
  it.each([
    ['literals', [2, 97, 98, 99], 'abc'],
    ['a copy', [2, 97, 98, 99, 0x20, 2], 'abcabc'],
    ['a copy that overlaps itself', [0, 97, 0x40, 0], 'aaaaa'],
    ['a long copy', [0, 97, 0xe0, 3, 0], 'a'.repeat(13)],
    [
      'a copy from far away',
      [...Array(10).keys()].flatMap(() => [31, ...Array(32).fill(98)]).concat([0x21, 63]),
      'b'.repeat(323),
    ],
  ])('inflates %s', (_, bytes, expected) => {
    expect(Buffer.from(inflateLzf(Uint8Array.from(bytes), 400)).toString()).toBe(expected);
  });

  it.each([
    ['literals past the end', [4, 97], 100],
    ['a copy from before the start', [0, 97, 0x20, 1], 100],
    ['a copy without a distance', [0, 97, 0x20], 100],
    ['more bytes than may come out', [0, 97, 0xe0, 200, 0], 100],
    ['more literals than may come out', [3, 1, 2, 3, 4], 3],
  ])('fails on %s', (_, bytes, limit) => {
    expect(() => inflateLzf(Uint8Array.from(bytes), limit)).toThrow(CorruptSourceError);
  });

  it('ends on any bytes, and never gives more than the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(inflateLzf(bytes, 500).length).toBeLessThanOrEqual(500);
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptSourceError);
        }
      }),
    );
  });
});

describe('a chunk', () => {
  const filters = [{ kind: 'fletcher32', itemBytes: 0 }] as const;

  it('fails on a wrong checksum, or none', () => {
    const style = { filters, bytes: 4 };
    expect(() => decodeChunk(Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0), 0, style)).toThrow('checksum');
    expect(() => decodeChunk(Uint8Array.of(1, 2), 0, style)).toThrow('checksum');
  });

  it('is returned as it is if its filters were skipped', () => {
    const stored = Uint8Array.of(1, 2, 3, 4);
    expect(decodeChunk(stored, 1, { filters, bytes: 4 })).toEqual(stored);
    expect(() => decodeChunk(stored, 1, { filters, bytes: 5 })).toThrow('expected 5');
  });
});
