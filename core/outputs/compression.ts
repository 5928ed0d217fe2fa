import { createGunzip, type Gunzip } from 'node:zlib';
import { ManifestError } from '#core/errors.ts';

/** How the content of a chunk is stored: as it is, or as one gzip member. */
export const COMPRESSIONS = ['none', 'gzip'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** Hands blocks on one by one, each when the one before has been used. */
async function feed(gunzip: Gunzip, blocks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const block of blocks) {
      await new Promise<void>((resolve) => gunzip.write(block, () => resolve()));
      if (gunzip.destroyed) return;
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error as Error);
  }
}

/**
 * Yields the content of a chunk from its stored bytes; a few blocks are held.
 *
 * @param uri names the chunk in messages.
 * @throws {ManifestError} the chunk is not whole gzip.
 */
export async function* inflated(
  stored: AsyncIterable<Uint8Array>,
  compression: Compression,
  uri: string,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return yield* stored;
  const gunzip = createGunzip();
  void feed(gunzip, stored);
  try {
    yield* gunzip;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))) {
      throw cause;
    }
    throw new ManifestError(`${uri} is not whole gzip (${cause.message})`, { cause });
  } finally {
    gunzip.destroy();
  }
}
