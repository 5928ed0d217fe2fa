import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { ManifestError } from '#core/errors.ts';
import type { Compression } from '#core/outputs/compression.ts';

/**
 * Yields the text of a chunk in order, inflated where it is compressed; a few blocks are held.
 *
 * @throws {ManifestError} the chunk is not whole gzip.
 */
export async function* readText(
  chunk: ByteSource,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return yield* readBlocks(chunk);
  const gunzip = createGunzip();
  const blocks = Readable.from(readBlocks(chunk), { objectMode: false });
  blocks.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    yield* gunzip;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw cause;
    throw new ManifestError(`${chunk.uri} is not whole gzip (${message})`, { cause });
  } finally {
    blocks.destroy();
  }
}
