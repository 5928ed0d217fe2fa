import type { Figures } from '#core/checksum/figures.ts';
import { HeaderLine } from '#core/outputs/csv/header-line.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import { TextDeflater } from './text-deflater.ts';

/** The header line as deflate blocks. */
export class HeaderText {
  readonly #line: HeaderLine;
  readonly #text = new PartWriter(new Uint8Array(64 * 1024));
  readonly #deflater: TextDeflater;

  constructor(out: PartWriter, options: CellOptions) {
    this.#line = new HeaderLine(options);
    this.#deflater = new TextDeflater(out);
  }

  get figures(): Figures {
    return this.#deflater.figures;
  }

  *write(names: Iterable<string>): Parts {
    const text = this.#text;
    yield* this.#deflater.addParts(this.#line.write(text, names), text.part);
    if (!this.#line.isWhole) return;
    yield* this.#deflater.add(text.last());
    yield* this.#deflater.flush();
  }
}
