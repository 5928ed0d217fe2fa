import type { Figures } from '#core/checksum/figures.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import { GZIP_HEADER, gzipTrailer } from './gzip-frame.ts';

/** Writes one gzip member into parts: its header once, a deflate stream, and its trailer. */
export class MemberWriter extends PartWriter {
  #isOpen = false;

  /** Writes the header, unless it is written. */
  *open(): Parts {
    if (this.#isOpen) return;
    this.#isOpen = true;
    yield* this.write(GZIP_HEADER);
  }

  /** @param content length and CRC-32 of the text. */
  *close(content: Figures): Parts {
    yield* this.write(gzipTrailer(content));
  }
}
