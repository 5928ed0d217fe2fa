import { createGunzip } from 'node:zlib';
import { feedGunzip } from '#core/bytes/feed-gunzip.ts';
import { ManifestError } from '#core/errors.ts';

/** How the content of a chunk is stored: as it is, or as one gzip member. */
export const COMPRESSIONS = ['none', 'gzip'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** End of the key of a chunk, and `Content-Type` of its object. */
interface StoredAs {
  readonly ending: string;
  readonly contentType: string;
}

/** What chunks are stored as, by how they are compressed. */
export function storedAs(plain: StoredAs): Readonly<Record<Compression, StoredAs>> {
  return {
    none: plain,
    gzip: { ending: `${plain.ending}.gz`, contentType: 'application/gzip' },
  };
}

/**
 * Yields the content of a chunk from its stored bytes. Holds a few blocks.
 *
 * @param uri names the chunk in messages.
 * @throws {ManifestError} the chunk is no complete gzip member.
 */
export async function* inflated(
  stored: AsyncIterable<Uint8Array>,
  compression: Compression,
  uri: string,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return yield* stored;
  const gunzip = createGunzip();
  void feedGunzip(gunzip, stored);
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
