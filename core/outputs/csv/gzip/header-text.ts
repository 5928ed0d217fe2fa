import { combineCrc32 } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import { HeaderLine } from '#core/outputs/csv/header-line.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import { TextDeflater } from '#core/outputs/gzip/text-deflater.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';

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

/** Length and CRC-32 of a header line, if there is one, and the rows after it. */
export function afterHeader(header: HeaderText | undefined, rows: Figures): Figures {
  if (header === undefined) return rows;
  const { bytes, crc32 } = header.figures;
  return { bytes: bytes + rows.bytes, crc32: combineCrc32(crc32, rows.crc32, rows.bytes) };
}
