import type { Parts, PartWriter } from '#core/outputs/part-writer.ts';
import { type CellOptions, isAlone } from './implicit-text.ts';
import { quoteCell } from './quote-cell.ts';

/** Writes the line of column names, which may be longer than memory and come in batches. */
export class HeaderLine {
  readonly #utf8 = new TextEncoder();
  readonly #options: CellOptions;
  /** True when a cell is written. */
  #isBegun = false;
  #written = 0;

  constructor(options: CellOptions) {
    this.#options = options;
  }

  /** True when all names are written, and the line has ended. */
  get isWhole(): boolean {
    return this.#written === this.#options.columns;
  }

  /**
   * Writes the names of the next columns, with an index the title of the row names before the first
   * one. The line ends after that of the last column.
   */
  *write(out: PartWriter, names: Iterable<string>): Parts {
    const { dialect, rowNames } = this.#options;
    if (dialect.index && !this.#isBegun) yield* this.#cell(out, '', rowNames?.title ?? '');
    this.#isBegun ||= dialect.index === true;
    for (const name of names) {
      yield* this.#cell(out, this.#isBegun ? dialect.delimiter : '', name);
      this.#isBegun = true;
      this.#written += 1;
    }
    if (this.isWhole) yield* out.write(this.#utf8.encode('\n'));
  }

  *#cell(out: PartWriter, separator: string, name: string): Parts {
    const cell = quoteCell(name, this.#options.dialect.delimiter, isAlone(this.#options));
    yield* out.write(this.#utf8.encode(separator + cell));
  }
}
