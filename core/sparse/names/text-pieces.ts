import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { CorruptSourceError } from '#core/errors.ts';

const READ_BYTES = 1024 * 1024;

/** Characters of a piece: some thousand names. */
const PIECE_CHARACTERS = 64 * 1024;

async function* readBlocks(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += READ_BYTES) {
    yield await source.read({ offset, length: Math.min(READ_BYTES, source.size - offset) });
  }
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
 * Reads a text in pieces of at most 64 KiB characters. A byte order mark is passed over. Holds two
 * blocks of 1 MiB.
 *
 * @throws {CorruptSourceError} it is not UTF-8.
 */
export async function* textPieces(source: ByteSource): AsyncGenerator<string> {
  const decode = decoderOf(source.uri);
  for await (const block of withReadAhead(readBlocks(source))) {
    const text = decode(block);
    for (let at = 0; at < text.length; at += PIECE_CHARACTERS) {
      yield text.slice(at, at + PIECE_CHARACTERS);
    }
  }
  yield decode(undefined);
}
