import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Figures } from '#core/checksum/figures.ts';
import type { Parts, PartWriter } from '#core/outputs/part-writer.ts';

/** How far back a match can reach. */
const WINDOW_BYTES = 32 * 1024;

/** Text is compressed in pieces of this size, whatever parts it came in, so the bytes do not depend on them. */
const PIECE_BYTES = 256 * 1024;

/** zlib's default. */
const LEVEL = 6;

/** Compresses text with zlib into deflate blocks that end at a byte, so that others may follow. */
export class TextDeflater {
  readonly #out: PartWriter;
  /** The window of the piece before, then the piece under way. */
  readonly #buffer = new Uint8Array(WINDOW_BYTES + PIECE_BYTES);
  #windowBytes = 0;
  #pieceBytes = 0;
  #figures: Figures = { bytes: 0, crc32: 0 };

  /** @param out where the blocks go. */
  constructor(out: PartWriter) {
    this.#out = out;
  }

  /** Figures of all text added. */
  get figures(): Figures {
    return this.#figures;
  }

  /** Adds the text that a generator of parts makes, all but its last part, and gives it its buffer back. */
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

  /** Compresses what is left of the text, up to a byte's end. */
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
