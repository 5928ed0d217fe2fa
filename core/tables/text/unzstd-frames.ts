import { createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';

/** Size of an unpacked piece. */
const PIECE_BYTES = 256 * 1024;

/** The blocks of an object, of which one can be given back in part. */
class Blocks {
  readonly #blocks: AsyncIterator<Uint8Array>;
  #block: Uint8Array = new Uint8Array();
  /** Offset in the object of the first byte behind the block. */
  #end = 0;

  constructor(blocks: AsyncIterable<Uint8Array>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** The next block; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#block.length === 0) {
      const { done, value } = await this.#blocks.next();
      if (done) return undefined;
      this.#block = value;
      this.#end += value.length;
    }
    return this.#block;
  }

  /** The block under way is used up to this offset of the object. */
  useTo(offset: number): void {
    // A block that is used up may be gone.
    if (this.#block.length === 0) return;
    this.#block = this.#block.subarray(this.#block.length - Math.max(0, this.#end - offset));
  }
}

function isZstdError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z(STD)?_/.test(String(error.code));
}

/** Gives blocks to a stream until it has had a whole frame, or all of them. */
async function feed(unzstd: ZstdDecompress, blocks: Blocks, start: number): Promise<void> {
  try {
    for (let given = 0; ; ) {
      const block = await blocks.next();
      if (block === undefined) return void unzstd.end();
      given += block.length;
      await new Promise<void>((resolve) => unzstd.write(block, () => resolve()));
      // What follows a frame is left over if it stands in the block of the frame's end.
      if (unzstd.destroyed || unzstd.bytesWritten < given) return;
      blocks.useTo(start + given);
    }
  } catch (error) {
    unzstd.destroy(error as Error);
  }
}

async function* unzstdFrom(start: number, blocks: Blocks): AsyncGenerator<Uint8Array, number> {
  const unzstd = createZstdDecompress({ chunkSize: PIECE_BYTES });
  void feed(unzstd, blocks, start);
  try {
    yield* unzstd as AsyncIterable<Uint8Array>;
    const end = start + unzstd.bytesWritten;
    blocks.useTo(end);
    return end;
  } finally {
    unzstd.destroy();
  }
}

/**
 * Unpacks the frames of a zstd object one after the other: Node's own stream ends after the first
 * one without a word.
 *
 * @throws {CorruptSourceError} the object is no whole zstd file.
 */
export async function* unzstdFrames(
  { uri, size }: ByteSource,
  pieces: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const blocks = new Blocks(pieces);
  try {
    let start = 0;
    do start = yield* unzstdFrom(start, blocks);
    while (start < size);
  } catch (error) {
    if (!isZstdError(error)) throw error;
    throw new CorruptSourceError(
      `${uri} is no whole zstd file: ${error.message}; copy or compress it again`,
      { cause: error },
    );
  } finally {
    await pieces.return(undefined);
  }
}
