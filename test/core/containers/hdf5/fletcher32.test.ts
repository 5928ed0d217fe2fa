import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fletcher32 } from '#core/containers/hdf5/fletcher32.ts';

/** Modulo 65,535 as sums with carry leave it: 0 only for a sum of 0, else 1 to 65,535. */
function folded(sum: bigint): bigint {
  return sum === 0n ? 0n : ((sum - 1n) % 65_535n) + 1n;
}

/** The checksum by exact sums of all words. */
function exact(bytes: Uint8Array): number {
  let sum1 = 0n;
  let sum2 = 0n;
  for (let i = 0; i < bytes.length; i += 2) {
    sum1 += BigInt(bytes[i]! * 256 + (bytes[i + 1] ?? 0));
    sum2 += sum1;
  }
  return Number((folded(sum2) << 16n) | folded(sum1));
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc
    .tuple(fc.nat(3000), fc.constantFrom(0, 1, 0x7f, 0xfe, 0xff))
    .map(([length, byte]) => new Uint8Array(length).fill(byte)),
);

it('is that of exact sums, of any number of bytes', () => {
  fc.assert(fc.property(anyBytes, (bytes) => fletcher32(bytes) === exact(bytes)));
});

it.each([0, 1, 2, 3, 718, 719, 720, 721, 722, 1440, 1441, 14_400, 70_000])(
  'carries all bits of %i bytes of ones',
  (length) => {
    const ones = new Uint8Array(length).fill(0xff);
    expect(fletcher32(ones)).toBe(exact(ones));
    expect(fletcher32(new Uint8Array(length))).toBe(0);
  },
);

it('has the bytes of a word in their order, and the last of an odd number as the high one', () => {
  expect(fletcher32(Uint8Array.of(1, 2))).toBe(0x01020102);
  expect(fletcher32(Uint8Array.of(1, 2, 3))).toBe(0x05040402);
});
