import { open } from 'node:fs/promises';
import type { ByteSource } from '#core/bytes/byte-source.ts';

/**
 * A file as a source, open while it is used.
 *
 * @param uri for messages. @default the path
 */
export async function withFileSource<T>(
  path: string,
  use: (source: ByteSource) => Promise<T>,
  uri = path,
): Promise<T> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await use({
      ...{ uri, size, etag: '' },
      async read({ offset, length }) {
        const bytes = new Uint8Array(length);
        await file.read(bytes, 0, length, offset);
        return bytes;
      },
    });
  } finally {
    await file.close();
  }
}
