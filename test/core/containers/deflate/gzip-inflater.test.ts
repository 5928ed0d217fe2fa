import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GzipInflater, openInflater } from '#core/containers/deflate/gzip-inflater.ts';
import { Inflater } from '#core/containers/deflate/inflater.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { countBytes, noiseBytes } from './count-bytes.ts';
import { gzipHeader, gzipMember, gzipTrailer, headerFields } from './gzip-file.ts';
import { type Inflated, inflatePieces } from './inflate-pieces.ts';

const KIB = 1024;

function inflate(compressed: Uint8Array, lengths?: readonly number[]): Inflated {
  return inflatePieces(new GzipInflater(), compressed, lengths);
}

const plains = fc.array(
  fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.nat(200_000).map(countBytes)),
  { minLength: 1, maxLength: 5 },
);

describe('a gzip file', () => {
  test('is inflated, with any headers, members and pieces', async () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
    const property = fc.property(plains, headerFields, pieces, (members, fields, lengths) => {
      const compressed = Buffer.concat(members.map((plain) => gzipMember(plain, fields)));
      const { bytes, isEnded, endBit } = inflate(compressed, lengths);
      expect(isEnded).toBe(true);
      expect(endBit).toBe(compressed.length * 8);
      expect(bytes.equals(Buffer.concat(members))).toBe(true);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test('is inflated from any place between two blocks, of any member', () => {
    const parts = [noiseBytes(90_000), new Uint8Array(), countBytes(300_000), countBytes(50_000)];
    const plain = Buffer.concat(parts);
    const compressed = Buffer.concat(parts.map((part) => gzipMember(part, { name: 'x' })));
    const { boundaries } = inflate(compressed);
    expect(boundaries.length).toBeGreaterThan(6);
    expect(boundaries.some(({ window }) => window.length === 0)).toBe(true);
    for (const place of boundaries) {
      const { bytes, isEnded } = inflatePieces(new GzipInflater(), compressed, [999], place);
      expect(isEnded).toBe(true);
      expect(bytes.equals(plain.subarray(place.offset))).toBe(true);
    }
  });

  test('of very many members takes one read of each byte', () => {
    const members = Array.from({ length: 3000 }, (_, i) => gzipSync(`line ${i}\n`));
    const { bytes } = inflate(Buffer.concat(members));
    expect(bytes.toString()).toBe(Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join(''));
  });

  test('is opened by its container', () => {
    expect(openInflater('gzip')).toBeInstanceOf(GzipInflater);
    expect(openInflater(undefined)).toBeInstanceOf(Inflater);
  });
});

describe('a gzip file fails', () => {
  const plain = countBytes(3000);
  const compressed = Buffer.concat([gzipMember(plain, { name: 'x' }), gzipMember(plain)]);
  const trailerAt = compressed.length - 8;

  test('if it is cut short anywhere, except between its members', () => {
    const between = gzipMember(plain, { name: 'x' }).length;
    for (let length = 1; length < compressed.length; length++) {
      if (length === between) continue;
      const cutting = () => inflate(compressed.subarray(0, length));
      expect(cutting, String(length)).toThrow(CorruptSourceError);
      expect(cutting).toThrow('cut short');
    }
  });

  test.each([
    ['another CRC-32', trailerAt, 'is no whole gzip file: its CRC-32 is'],
    ['another length', trailerAt + 4, 'a member holds 3000 bytes, its end says'],
  ])('on %s after a member', (_, at, sentence) => {
    const bytes = Buffer.from(compressed);
    bytes[at]! ^= 1;
    expect(() => inflate(bytes)).toThrow(CorruptSourceError);
    expect(() => inflate(bytes)).toThrow(sentence);
  });

  test.each([
    ['no gzip', Buffer.from('text')],
    ['zeros', Buffer.alloc(20)],
    ['half of the magic', Buffer.of(0x1f, 0, 8, 0)],
    ['another method', Buffer.of(0x1f, 0x8b, 7, 0)],
    ['unknown flags', Buffer.of(0x1f, 0x8b, 8, 0x20)],
  ])('if it goes on with %s', (_, rest) => {
    const bytes = Buffer.concat([compressed, rest]);
    expect(() => inflate(bytes)).toThrow(CorruptSourceError);
    expect(() => inflate(bytes)).toThrow(
      `the stream has ${rest.length} bytes behind its last gzip member; copy or compress it again`,
    );
  });

  test('on a header without end', () => {
    const name = 'x'.repeat(200 * KIB);
    const bytes = Buffer.concat([gzipHeader({ name }), Buffer.of(3, 0), gzipTrailer(0, 0)]);
    expect(() => inflate(bytes)).toThrow(
      'it has a header of more than 131072 bytes; copy or compress it again',
    );
  });

  test('on a damaged member that was begun with its sums, but not without', () => {
    const bytes = gzipMember(noiseBytes(200_000));
    bytes[bytes.length - 8]! ^= 1;
    const inflater = new GzipInflater();
    inflater.start({ where: 'x', compressedBytes: bytes.length, bit: 0, window: new Uint8Array() });
    let at = 0;
    while (at === 0 || inflater.step(50_000) === 'input') at += inflater.put(bytes.subarray(at));
    const { bit, sums, window } = inflater;
    const place = { where: 'x', compressedBytes: bytes.length, bit, window: window.slice() };
    const goOn = (given: typeof sums) => {
      inflater.start({ ...place, sums: given });
      for (;;) {
        const stop = inflater.step();
        if (stop === 'end') return 'end';
        if (stop === 'input') inflater.put(bytes.subarray(inflater.nextByte));
      }
    };
    expect(sums?.bytes).toBeGreaterThanOrEqual(50_000);
    expect(goOn(undefined)).toBe('end');
    expect(() => goOn(sums)).toThrow('its CRC-32 is');
  });
});
