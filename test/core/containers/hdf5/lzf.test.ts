import { expect, it } from 'vitest';
import { inflateLzf } from '#core/containers/hdf5/lzf.ts';

function inflate(bytes: readonly number[], limit: number): string {
  return Buffer.from(inflateLzf(Uint8Array.from(bytes), limit)).toString('latin1');
}

it('copies from one byte before the end up to the first', () => {
  expect(inflate([2, 97, 98, 99, 0x20, 0], 6)).toBe('abcccc');
  expect(inflate([2, 97, 98, 99, 0x20, 2], 6)).toBe('abcabc');
  expect(() => inflate([2, 97, 98, 99, 0x20, 3], 6)).toThrow('damaged at byte 6 of 6');
});

it('copies of every length: 3 to 8 by its own bits, beyond by a further byte', () => {
  for (let length = 1; length <= 6; length += 1)
    expect(inflate([0, 97, length << 5, 0], 100)).toBe('a'.repeat(1 + length + 2));
  for (const more of [0, 1, 91])
    expect(inflate([0, 97, 7 << 5, more, 0], 101)).toBe('a'.repeat(1 + 7 + more + 2));
});

it('takes 32 literals at once, and a distance of up to 13 bits', () => {
  const letters = Array.from({ length: 32 }, (_, i) => 65 + i);
  expect(inflate([31, ...letters], 32)).toBe(String.fromCharCode(...letters));
  const far = Array.from({ length: 8192 }, (_, i) => (i * 7) % 251);
  const runs = Array.from({ length: 256 }, (_, i) => [
    31,
    ...far.slice(32 * i, 32 * i + 32),
  ]).flat();
  expect(inflate([...runs, 0x3f, 0xff], 8195)).toBe(
    String.fromCharCode(...far, ...far.slice(0, 3)),
  );
});

it('makes exactly as many bytes as are allowed, and not one more', () => {
  expect(inflate([0, 97, 0x20, 0], 4)).toBe('aaaa');
  expect(() => inflate([0, 97, 0x20, 0], 3)).toThrow('damaged');
  expect(inflate([1, 97, 98], 2)).toBe('ab');
  expect(() => inflate([1, 97, 98], 1)).toThrow('damaged');
  expect(() => inflate([1, 97], 9)).toThrow('damaged');
  expect(inflate([], 0)).toBe('');
});
