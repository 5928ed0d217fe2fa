import type { Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CellOptions } from './implicit-text.ts';
import { quoteCell } from './quote-cell.ts';

/** Writes the line of column names, which may be longer than memory and come in batches. */
export class HeaderLine {
  readonly #utf8 = new TextEncoder();
  readonly #options: CellOptions;
  #written = 0;

  constructor(options: CellOptions) {
    this.#options = options;
  }

  /** True when all names are written, and the line has ended. */
  get isWhole(): boolean {
    return this.#written === this.#options.columns;
  }

  /** Writes the names of the next columns. The line ends after that of the last column. */
  *write(out: PartWriter, names: Iterable<string>): Parts {
    const { columns, dialect } = this.#options;
    for (const name of names) {
      const separator = this.#written === 0 ? '' : dialect.delimiter;
      const cell = quoteCell(name, dialect.delimiter, columns === 1);
      yield* out.write(this.#utf8.encode(separator + cell));
      this.#written += 1;
    }
    if (this.isWhole) yield* out.write(this.#utf8.encode('\n'));
  }
}
