import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Figures } from '#core/checksum/figures.ts';
import type { Parts, PartWriter } from '#core/outputs/part-writer.ts';

/** Greatest distance of a match of deflate. */
export const WINDOW_BYTES = 32 * 1024;

/**
 * Text is compressed in pieces of this size. So the bytes do not depend on the parts that it came
 * in.
 */
const PIECE_BYTES = 256 * 1024;

/** zlib's default level. */
const LEVEL = 6;

/**
 * Compresses text with zlib into deflate blocks that end at a whole byte, so that other blocks can
 * follow.
 */
export class TextDeflater {
  readonly #out: PartWriter;
  /** The last 32 KiB of the piece before, then the piece under way. */
  readonly #buffer = new Uint8Array(WINDOW_BYTES + PIECE_BYTES);
  #windowBytes = 0;
  #pieceBytes = 0;
  #figures: Figures = { bytes: 0, crc32: 0 };

  /** @param out receives the blocks. */
  constructor(out: PartWriter) {
    this.#out = out;
  }

  /** Length and CRC-32 of all text that was added. */
  get figures(): Figures {
    return this.#figures;
  }

  /**
   * Adds the text that a generator yields as parts, and gives it the buffer again after each. The
   * last part, which the generator does not yield, is not added.
   */
  *addParts(parts: Parts, buffer: Uint8Array): Parts {
    for (let step = parts.next(buffer); step.done !== true; step = parts.next(buffer)) {
      yield* this.add(step.value);
    }
  }

  *add(text: Uint8Array): Parts {
    const { bytes, crc32: crc } = this.#figures;
    this.#figures = { bytes: bytes + text.length, crc32: crc32(text, crc) };
    for (let from = 0; from < text.length; ) {
      const some = text.subarray(from, from + PIECE_BYTES - this.#pieceBytes);
      this.#buffer.set(some, WINDOW_BYTES + this.#pieceBytes);
      this.#pieceBytes += some.length;
      from += some.length;
      if (this.#pieceBytes === PIECE_BYTES) yield* this.flush();
    }
  }

  /** Compresses the rest of the text, up to a whole byte. */
  *flush(): Parts {
    const end = WINDOW_BYTES + this.#pieceBytes;
    const deflated = deflateRawSync(this.#buffer.subarray(WINDOW_BYTES, end), {
      level: LEVEL,
      finishFlush: constants.Z_SYNC_FLUSH,
      dictionary: this.#buffer.subarray(WINDOW_BYTES - this.#windowBytes, WINDOW_BYTES),
    });
    this.#windowBytes = Math.min(WINDOW_BYTES, this.#windowBytes + this.#pieceBytes);
    this.#buffer.copyWithin(WINDOW_BYTES - this.#windowBytes, end - this.#windowBytes, end);
    this.#pieceBytes = 0;
    yield* this.#out.write(deflated);
  }
}
