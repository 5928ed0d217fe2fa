import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';

/** Length and CRC-32 of a file. Holds a piece of 64 KiB. */
export async function fileFigures(
  path: string,
): Promise<{ readonly bytes: number; readonly crc32: string }> {
  await using file = await open(path);
  let bytes = 0;
  let crc = 0;
  for await (const piece of file.createReadStream({ autoClose: false })) {
    crc = crc32(piece, crc);
    bytes += piece.length;
  }
  return { bytes, crc32: crc32Hex(crc) };
}
