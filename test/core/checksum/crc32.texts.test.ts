import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { combineCrc32, crc32Base64, crc32Hex } from '#core/checksum/crc32.ts';

it('writes a checksum with all its digits and bytes', () => {
  expect(crc32Hex(0)).toBe('00000000');
  expect(crc32Hex(0x0a0b0c0d)).toBe('0a0b0c0d');
  expect(crc32Hex(0xfedcba98)).toBe('fedcba98');
  expect(crc32Base64(0x01020304)).toBe(Buffer.of(1, 2, 3, 4).toString('base64'));
  expect(crc32Base64(0xfffefdfc)).toBe(Buffer.of(255, 254, 253, 252).toString('base64'));
});

it('joins checksums over every power of two of bytes', () => {
  // Twice as many zeros are the zeros joined to themselves, so each power follows from the last
  // one.
  let zeros = crc32(Buffer.alloc(1));
  for (let length = 1; length < 2 ** 52; length *= 2) {
    const twice = combineCrc32(zeros, zeros, length);
    if (length <= 2 ** 20) expect(twice).toBe(crc32(Buffer.alloc(2 * length)));
    zeros = twice;
  }
  // Two halves one after the other are the whole.
  expect(crc32Hex(combineCrc32(0x12345678, 0, 2 ** 52))).toBe(
    crc32Hex(combineCrc32(combineCrc32(0x12345678, 0, 2 ** 51), 0, 2 ** 51)),
  );
  expect(combineCrc32(0x12345678, 0x9abcdef0, 0)).toBe((0x12345678 ^ 0x9abcdef0) >>> 0);
});
