import type { Figures } from '#core/checksum/figures.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { Parts } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { GzipEncoder } from './gzip-encoder.ts';
import { MemberWriter } from './member-writer.ts';
import { TextDeflater } from './text-deflater.ts';

const TEXT_BYTES = 256 * 1024;

/** An empty last block, with the fixed code. */
const LAST_BLOCK = Uint8Array.of(3, 0);

/** Creates the encoder of the text, which fills the given buffer. */
type CreateText = (buffer: Uint8Array) => ChunkEncoder;

class TextGzipEncoder implements GzipEncoder {
  readonly #out: MemberWriter;
  readonly #deflater: TextDeflater;
  readonly #text: ChunkEncoder;
  readonly #buffer = new Uint8Array(TEXT_BYTES);

  constructor(createText: CreateText, buffer: Uint8Array) {
    this.#out = new MemberWriter(buffer);
    this.#deflater = new TextDeflater(this.#out);
    this.#text = createText(this.#buffer);
  }

  get holdsSlices(): boolean {
    return this.#text.holdsSlices === true;
  }

  get content(): Figures {
    return this.#deflater.figures;
  }

  *header(names: Iterable<string>): Parts {
    yield* this.#out.open();
    yield* this.#deflater.addParts(this.#text.header(names), this.#buffer);
  }

  *encode(slice: CsrSlice): Parts {
    yield* this.#out.open();
    yield* this.#deflater.addParts(this.#text.encode(slice), this.#buffer);
  }

  *end(): Parts {
    yield* this.#out.open();
    const { end } = this.#text;
    if (end !== undefined) yield* this.#deflater.addParts(end.call(this.#text), this.#buffer);
    yield* this.#deflater.add(this.#text.finish());
    yield* this.#deflater.flush();
    yield* this.#out.write(LAST_BLOCK);
    yield* this.#out.close(this.content);
  }

  finish(): Uint8Array {
    return this.#out.last();
  }
}

/**
 * Creates an encoder of one gzip member that compresses any text with zlib.
 *
 * @param buffer the first part buffer.
 */
export function createGzipOfText(createText: CreateText, buffer: Uint8Array): GzipEncoder {
  return new TextGzipEncoder(createText, buffer);
}
