import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** Bytes of text in a file of gzip. Holds a few blocks. */
export async function inflatedBytes(path: string): Promise<number> {
  await using file = await open(path);
  let bytes = 0;
  const pieces: AsyncIterable<Uint8Array> = file.createReadStream().pipe(createGunzip());
  for await (const piece of pieces) bytes += piece.length;
  return bytes;
}
