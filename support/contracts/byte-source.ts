import { beforeAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';

const SIZE = 70_001;

/**
 * What every implementation of `ByteSource` must do.
 *
 * @param open makes a source that holds the given bytes; the caller of this function cleans up.
 */
export function describeByteSource(
  name: string,
  open: (bytes: Uint8Array) => Promise<ByteSource>,
): void {
  describe(`${name} as a byte source`, () => {
    const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) % 251);
    let source: ByteSource;

    beforeAll(async () => {
      source = await open(bytes);
    });

    it('has its size, a name and a version', () => {
      expect(source.size).toBe(SIZE);
      expect(source.uri).not.toBe('');
      expect(source.etag).toMatch(/^[^"]+$/);
    });

    it.each([
      [0, SIZE],
      [0, 1],
      [SIZE - 1, 1],
      [12_345, 54_321],
    ])('reads exactly the range at %i of %i bytes', async (offset, length) => {
      expect(await source.read({ offset, length })).toEqual(bytes.slice(offset, offset + length));
    });

    it.each([0, 100, SIZE])('reads nothing at %i, even at the end', async (offset) => {
      expect(await source.read({ offset, length: 0 })).toEqual(new Uint8Array(0));
    });

    it('returns a buffer of its own that starts at its byte 0', async () => {
      const range = { offset: 3, length: 16 };
      const read = await source.read(range);
      expect(read.byteOffset).toBe(0);
      expect(read.buffer.byteLength).toBe(16);
      read.fill(0);
      expect(await source.read(range)).toEqual(bytes.slice(3, 19));
    });

    it('answers reads that run at the same time', async () => {
      const offsets = Array.from({ length: 20 }, (_, i) => i * 3_000);
      const reads = await Promise.all(
        offsets.map((offset) => source.read({ offset, length: 2_000 })),
      );
      expect(reads).toEqual(offsets.map((offset) => bytes.slice(offset, offset + 2_000)));
    });

    it.each([
      [SIZE - 1, 2],
      [SIZE, 1],
      [SIZE + 1, 0],
      [-1, 2],
      [0, -1],
      [0, Number.NaN],
      [2 ** 53, 1],
    ])('fails to read at %i for %i bytes, past the object', async (offset, length) => {
      await expect(source.read({ offset, length })).rejects.toThrow(CorruptSourceError);
    });

    it('reads an empty object', async () => {
      const empty = await open(new Uint8Array(0));
      expect(empty.size).toBe(0);
      expect(await empty.read({ offset: 0, length: 0 })).toEqual(new Uint8Array(0));
    });
  });
}
