import { buildSeekIndex } from '#core/containers/deflate/build-seek-index.ts';
import type { SeekIndex } from '#core/containers/deflate/index-pass.ts';
import type { IndexedStream } from '#core/containers/deflate/indexed-stream.ts';

/** Makes the seek index of a stream in a single pass. */
export async function wholeIndex(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  stream: IndexedStream,
): Promise<SeekIndex> {
  const progress = await buildSeekIndex(() => pieces, stream);
  if ('index' in progress) return progress.index;
  throw new Error('a pass without a limit has stopped');
}
