import { constants, createGunzip, type Gunzip, gunzipSync } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';

type Sized = Pick<ByteSource, 'uri' | 'size'>;

/** Bytes of an inflated piece. */
const PIECE_BYTES = 256 * 1024;

/**
 * Most bytes of text for each byte of gzip, once there are {@link FREE_BYTES}: matrices shrink to a
 * third or a tenth, and deflate ends at 1032.
 */
const MAX_RATIO = 500;
const FREE_BYTES = 64 * 1024 * 1024;

/** So much of an object's start is inflated to tell its format: at most 1 MiB of output. */
const HEAD_BYTES = 1024;

/** True for what begins as a gzip file does. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The first bytes of a text, inflated where they are gzip; none where they are damaged. */
export function textHead(head: Uint8Array): Uint8Array {
  if (!isGzip(head)) return head;
  try {
    return gunzipSync(head.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

/** Hands blocks to `gunzip` one by one, each when the one before has been used. */
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

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function assertRatio({ uri, size }: Sized, bytes: number): void {
  if (bytes <= FREE_BYTES || bytes <= size * MAX_RATIO) return;
  throw new BoundExceededError(
    `${uri} inflates from ${size} bytes to more than ${bytes}, allowed are ${MAX_RATIO} times as many; unpack it first`,
  );
}

/**
 * Inflates a gzip file of any number of members, which is read in blocks. Holds one block and a few
 * pieces of 256 KiB: nothing is read on before what was read has been taken.
 *
 * @param source names the file in messages, and tells its length.
 * @throws {CorruptSourceError} it is cut short, damaged, or followed by something else.
 * @throws {BoundExceededError} it inflates to far more than a matrix does.
 */
export async function* gunzipBlocks(
  source: Sized,
  blocks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  void feed(gunzip, blocks);
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
