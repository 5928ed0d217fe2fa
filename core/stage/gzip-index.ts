import type { ByteSource } from '#core/bytes/byte-source.ts';
import { inflatedSource } from '#core/containers/deflate/inflated-source.ts';
import { readDeflatedSize } from '#core/containers/deflate/seek-index.ts';
import type { IndexTask } from './stage-index.ts';

/** Name of the seek index of a gzip text among what is staged for it. */
export const GZIP_INDEX = 'text';

/** What makes the seek index of a gzip object of any number of members, and proves these. */
export function gzipIndexTask(source: ByteSource): IndexTask {
  const { uri: where, size: compressedBytes } = source;
  return {
    source,
    range: { offset: 0, length: compressedBytes },
    stream: { where, compressedBytes, container: 'gzip' },
    name: GZIP_INDEX,
    advice: 'unpack it',
  };
}

/**
 * Opens the text of a gzip object by its seek index, to be read by range. One read of at most
 * 25 kB; reads cost what those of `inflatedSource` do.
 *
 * @throws {CorruptSourceError} the index is damaged.
 */
export async function openGzip(compressed: ByteSource, index: ByteSource): Promise<ByteSource> {
  const { bytes: size } = await readDeflatedSize(index);
  const range = { offset: 0, length: compressed.size };
  return inflatedSource({ compressed, range, size, index, container: 'gzip' });
}
