import { expect, test } from 'vitest';
import { release } from '#core/bytes/release.ts';

test('gives back the memory of bytes that have a buffer of their own', () => {
  const bytes = new Uint8Array(8);

  release(bytes);

  expect(bytes.length).toBe(0);
  expect(bytes.buffer.detached).toBe(true);
});

test('leaves a buffer that other bytes share', () => {
  const whole = Uint8Array.of(1, 2, 3);

  release(whole.subarray(0, 2));

  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
});

test('leaves memory that threads share', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);

  release(shared);

  expect(shared).toHaveLength(4);
});
