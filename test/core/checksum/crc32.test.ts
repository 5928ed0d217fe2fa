import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineCrc32, crc32Base64, crc32Hex } from '#core/checksum/crc32.ts';

describe('combineCrc32', () => {
  test('combines the parts of the published test vector', () => {
    const a = crc32('1,0,0\n');
    const b = crc32('3,7,0\n');
    expect([a, b].map(crc32Hex)).toEqual(['843a2f66', '5425b6d4']);
    expect(crc32Hex(combineCrc32(a, b, 6))).toBe('b0b349df');
  });

  test('combines the CRCs of any two parts of any bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 3000 });
    await fc.assert(
      fc.property(bytes, fc.array(fc.nat(3000), { maxLength: 8 }), (whole, cuts) => {
        const ends = [...cuts.map((cut) => Math.min(cut, whole.length)), whole.length];
        ends.sort((a, b) => a - b);
        let start = 0;
        let composed = 0;
        for (const end of ends) {
          const piece = whole.subarray(start, end);
          composed = combineCrc32(composed, crc32(piece), piece.length);
          start = end;
        }
        expect(composed).toBe(crc32(whole));
      }),
    );
  });

  test('gives the same CRC for any grouping of parts longer than 2^32 bytes', async () => {
    const length = fc.integer({ min: 0, max: 2 ** 51 });
    const crc = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    await fc.assert(
      fc.property(crc, crc, crc, length, length, (a, b, c, bytesOfB, bytesOfC) => {
        const leftFirst = combineCrc32(combineCrc32(a, b, bytesOfB), c, bytesOfC);
        const rightFirst = combineCrc32(a, combineCrc32(b, c, bytesOfC), bytesOfB + bytesOfC);
        expect(leftFirst).toBe(rightFirst);
      }),
    );
  });

  test('combines the CRC of 6 GiB of zeros from that of its parts', () => {
    const mebibyte = 2 ** 20;
    const part = crc32(new Uint8Array(mebibyte));
    const gibibyte = Array.from({ length: 1024 }).reduce<number>(
      (crc) => combineCrc32(crc, part, mebibyte),
      0,
    );
    const sixGibibytes = Array.from({ length: 6 }).reduce<number>(
      (crc) => combineCrc32(crc, gibibyte, 2 ** 30),
      0,
    );
    const fiveThenOne = combineCrc32(
      combineCrc32(0, gibibyte, 2 ** 30),
      Array.from({ length: 5 }).reduce<number>((crc) => combineCrc32(crc, gibibyte, 2 ** 30), 0),
      5 * 2 ** 30,
    );
    expect(sixGibibytes).toBe(fiveThenOne);
  });
});

describe('crc32Hex and crc32Base64', () => {
  test('keep leading zeros', () => {
    expect(crc32Hex(0x0000beef)).toBe('0000beef');
    expect(crc32Base64(0)).toBe('AAAAAA==');
  });

  test('write the big-endian bytes that S3 wants', () => {
    expect(crc32Base64(0xb0b349df)).toBe('sLNJ3w==');
    expect(crc32Hex(crc32('123456789'))).toBe('cbf43926');
  });
});
