import { constants, createGunzip, gunzipSync } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { feedGunzip } from '#core/bytes/feed-gunzip.ts';
import { assertRatio } from '#core/containers/deflate/gzip-ratio.ts';
import { CorruptSourceError } from '#core/errors.ts';

type Sized = Pick<ByteSource, 'uri' | 'size'>;

const LINE_FEED = 0x0a;

/** Size of an inflated piece. */
const PIECE_BYTES = 256 * 1024;

/**
 * Bytes at the start of a gzip object that are inflated to find its format. They make at most 1 MiB
 * of text.
 */
const HEAD_BYTES = 1024;

/** True if the bytes begin as a gzip file does. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * The first bytes of a text, inflated if they are gzip. Returns no bytes if the gzip is damaged.
 */
export function textHead(head: Uint8Array): Uint8Array {
  if (!isGzip(head)) return head;
  try {
    return gunzipSync(head.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

/** Most bytes of text that the first bytes of a gzip may make. */
const PREFIX_BYTES = 64 * 1024 * 1024;

/**
 * The whole lines at the start of a text of which only the first bytes were read, inflated if they
 * are gzip. No bytes if the gzip is damaged, or makes more than 64 MiB.
 */
export function wholeLines(first: Uint8Array): Uint8Array {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: PREFIX_BYTES };
  try {
    const text = isGzip(first) ? gunzipSync(first, options) : first;
    return text.subarray(0, text.lastIndexOf(LINE_FEED) + 1);
  } catch {
    return new Uint8Array();
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/**
 * Inflates a gzip file of any number of members, which comes in blocks. A block is read only after
 * the text of the one before has been consumed: holds one block and a few pieces of 256 KiB.
 *
 * @param source gives the file's name for messages, and its length.
 * @throws {CorruptSourceError} it is cut short or damaged, or other bytes follow it.
 * @throws {BoundExceededError} it inflates to more than 500 times its size.
 */
export async function* gunzipBlocks(
  source: Sized,
  blocks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  void feedGunzip(gunzip, blocks);
  try {
    let bytes = 0;
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      assertRatio(source, bytes);
      yield piece;
    }
    if (gunzip.bytesWritten === source.size) return;
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw new CorruptSourceError(
      `${source.uri} is no whole gzip file: ${error.message}; copy or compress it again`,
      { cause: error },
    );
  } finally {
    gunzip.destroy();
    await blocks.return(undefined);
  }
  throw new CorruptSourceError(
    `${source.uri} has ${source.size - gunzip.bytesWritten} bytes behind its last gzip member; copy or compress it again`,
  );
}
