import { expect, it } from 'vitest';
import { lookup3 } from '#core/containers/hdf5/lookup3.ts';

it.each([
  ['', 0xdeadbeef],
  ['Four score and seven years ago', 0x17770551],
])('hashes %j as lookup3.c does', (text, expected) => {
  expect(lookup3(Buffer.from(text))).toBe(expected);
});

it('depends on every byte, at any length', () => {
  for (let length = 1; length < 40; length++) {
    const bytes = new Uint8Array(length);
    const hash = lookup3(bytes);
    for (let at = 0; at < length; at++) {
      const other = bytes.with(at, 1);
      expect(lookup3(other)).not.toBe(hash);
    }
  }
});
