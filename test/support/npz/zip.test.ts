import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { writeZip } from '#support/npz/zip.ts';

test('writes checksum and sizes behind a member instead of before it', () => {
  const content = Buffer.from('abcabcabcabcabcabc');
  const file = Buffer.from(
    writeZip({ a: content }, { compress: true, dataDescriptors: true, comment: 'é' }),
  );
  const entry = file.indexOf('PK\x01\x02', undefined, 'latin1');
  const packedSize = file.readUInt32LE(entry + 20);
  expect([14, 18, 22].map((at) => file.readUInt32LE(at))).toEqual([0, 0, 0]);
  const descriptor = file.indexOf('PK\x07\x08', undefined, 'latin1');
  expect(file.readUInt32LE(descriptor + 4)).toBe(crc32(content));
  expect(file.readBigUInt64LE(descriptor + 8)).toBe(BigInt(packedSize));
  expect(file.readBigUInt64LE(descriptor + 16)).toBe(BigInt(content.length));
  expect(entry).toBe(descriptor + 24);
  expect(file.subarray(-3)).toEqual(Buffer.of(1, 0, 0xe9));
});
