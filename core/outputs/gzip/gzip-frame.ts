import type { Figures } from '#core/checksum/figures.ts';

/**
 * The bytes before the deflate stream. They have no name, no time and no operating system, so the
 * same text always gives the same bytes.
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** The bytes after the deflate stream: CRC-32 and length (modulo 2^32) of the text. */
export function gzipTrailer({ bytes, crc32 }: Figures): Uint8Array {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, crc32, true);
  trailer.setUint32(4, bytes % 2 ** 32, true);
  return new Uint8Array(trailer.buffer);
}
