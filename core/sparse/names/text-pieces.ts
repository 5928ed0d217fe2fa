import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { gunzipBlocks, isGzip } from '#core/text/gunzip.ts';

const READ_BYTES = 1024 * 1024;

/** Characters of a piece: some thousand names. */
const PIECE_CHARACTERS = 64 * 1024;

async function* readBlocks(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += READ_BYTES) {
    yield await source.read({ offset, length: Math.min(READ_BYTES, source.size - offset) });
  }
}

/** The first block, and those after it. */
async function* resumed(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** Reads the blocks of a text, inflated where it is a gzip file. */
async function* textBlocks(source: ByteSource): AsyncGenerator<Uint8Array> {
  const blocks = withReadAhead(readBlocks(source));
  const first = await blocks.next();
  if (first.done === true) return;
  const stored = resumed(first.value, blocks);
  yield* isGzip(first.value) ? gunzipBlocks(source, stored) : stored;
}

/** Decodes the blocks of a text, and at last its end, which is undefined. */
function decoderOf(uri: string): (block: Uint8Array | undefined) => string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (block) => {
    try {
      return decoder.decode(block, { stream: block !== undefined });
    } catch (cause) {
      throw new CorruptSourceError(`${uri} is not UTF-8, as names must be; write it as UTF-8`, {
        cause,
      });
    }
  };
}

/**
 * Reads a text, or a gzip file of one, in pieces of at most 64 KiB characters. A byte order mark is
 * passed over. Holds two blocks of 1 MiB, and a few pieces of 256 KiB of what is inflated.
 *
 * @throws {CorruptSourceError} it is not UTF-8, or no whole gzip file.
 * @throws {BoundExceededError} it inflates to more than 500 times its size.
 */
export async function* textPieces(source: ByteSource): AsyncGenerator<string> {
  const decode = decoderOf(source.uri);
  for await (const block of textBlocks(source)) {
    const text = decode(block);
    for (let at = 0; at < text.length; at += PIECE_CHARACTERS) {
      yield text.slice(at, at + PIECE_CHARACTERS);
    }
  }
  yield decode(undefined);
}
