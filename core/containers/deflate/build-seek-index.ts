import { IndexPass, type PassState, type SeekIndex } from './index-pass.ts';
import type { IndexedStream } from './indexed-stream.ts';

/** Where a call begins and how far it goes. */
export interface IndexLimits {
  /** The state of an earlier call, to go on from. @default the beginning of the stream */
  readonly from?: PassState | undefined;
  /** Asked after each piece; the pass stops as soon as it is true. @default never */
  readonly isTimeUp?: (() => boolean) | undefined;
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The index, or how far the pass came before its time was up. */
export type IndexProgress = { readonly index: SeekIndex } | { readonly state: PassState };

/**
 * Makes the seek index of a deflated stream in one pass, or in several: a call may stop before the
 * end, and a later one goes on from its state. The index does not depend on where they stop. The
 * pass also checks the stream: its length, its CRC-32, and that no bytes follow its end.
 *
 * The index takes at most 2 % of the compressed bytes, or 36 bytes. Where that leaves room, there
 * is a checkpoint after every 2 MiB of inflated bytes (after every 1/1024 of the stream if that is
 * more), at the next place where a block begins. A gzip file does not say how long it is: there
 * every other checkpoint is dropped whenever there are more than 1,024. The index depends only on
 * the stream and zlib's version.
 *
 * Holds the index, at most 33 MiB, as much again if it goes on from a state, and 1.4 MiB. A piece
 * may be reused when the next one is requested.
 *
 * @param open reads the stream from byte `nextByte` on, in pieces of any length. It is closed when
 * the pass stops.
 * @returns the index, or the state at the last place between two blocks; where the call began if it
 * found none.
 * @throws {CorruptSourceError} the stream is damaged, or its length or CRC-32 is not that of
 * `stream`.
 * @throws {BoundExceededError} a gzip file inflates to more than 500 times its size.
 * @throws {UnsupportedSourceError} the engine has no WebAssembly.
 * @example
 * const text = Buffer.from('0,0,0\n'.repeat(1e6));
 * const deflated = deflateRawSync(text);
 * const sizes = { compressedBytes: deflated.length, bytes: text.length, crc32: crc32(text) };
 * const open = (nextByte: number) => [deflated.subarray(nextByte)];
 * const progress = await buildSeekIndex(open, { where: 'memory', ...sizes });
 * if ('index' in progress) console.log(progress.index.checkpoints);
 */
export async function buildSeekIndex(
  open: (nextByte: number) => Pieces,
  stream: IndexedStream,
  { from, isTimeUp = () => false }: IndexLimits = {},
): Promise<IndexProgress> {
  const pass = new IndexPass(stream, from);
  try {
    for await (const piece of open(pass.nextByte)) {
      pass.add(piece);
      if (pass.nextByte < stream.compressedBytes && isTimeUp()) return { state: pass.state };
    }
    return { index: pass.end() };
  } finally {
    pass.close();
  }
}
