import type { CsvFault, CsvShape } from '#core/tables/text/csv/csv-kernel.ts';

/** What a reader that looks at one byte after the other makes of a whole text. */
export type NaiveReading =
  | { readonly fault: CsvFault; readonly at: number; readonly records: number }
  | { readonly records: number; readonly starts: readonly number[]; readonly text: string };

type State = 'start' | 'plain' | 'quoted' | 'closed';

class NaiveReader {
  readonly #shape: CsvShape;
  #state: State = 'start';
  #returned = false;
  #fields = 1;
  #from = 0;
  #text = '';
  #record = '';
  readonly starts: number[] = [];

  constructor(shape: CsvShape) {
    this.#shape = shape;
  }

  get text(): string {
    return this.#text;
  }

  /** Passes one byte, given as a character of Latin-1. */
  pass(char: string, at: number): CsvFault | undefined {
    if (char === '\0') return 'nul';
    if (this.#state === 'quoted') return this.#passQuoted(char);
    if (char === this.#shape.format.quote) return this.#open(char);
    if (char === '\n') return this.end(at);
    if (this.#returned) return 'lone-cr';
    if (char === '\r') this.#returned = true;
    else return this.#passPlain(char);
    return undefined;
  }

  #passQuoted(char: string): CsvFault | undefined {
    const { quote, quotedNewlines } = this.#shape.format;
    if (char === '\n' && !quotedNewlines) return 'newline-in-quotes';
    if (char === quote) this.#state = 'closed';
    this.#record += char;
    return undefined;
  }

  /** Behind a closing quote it is the second one of a doubled quote. */
  #open(char: string): CsvFault | undefined {
    if (this.#returned || this.#state === 'plain') return 'quote-in-field';
    this.#state = 'quoted';
    this.#record += char;
    return undefined;
  }

  #passPlain(char: string): CsvFault | undefined {
    if (char === this.#shape.format.delimiter) {
      this.#fields++;
      this.#state = 'start';
    } else if (this.#state === 'closed') return 'text-after-quote';
    else this.#state = 'plain';
    this.#record += char;
    return undefined;
  }

  end(at: number): CsvFault | undefined {
    const { columns } = this.#shape;
    const isBlank = this.#record === '' && columns > 1;
    if (!isBlank) {
      if (this.#fields !== columns) return 'wrong-fields';
      this.starts.push(this.#from);
      this.#text += `${this.#record}\n`;
    }
    this.#from = at + 1;
    this.#record = '';
    this.#fields = 1;
    this.#state = 'start';
    this.#returned = false;
    return undefined;
  }

  finish(size: number): CsvFault | undefined {
    if (this.#state === 'quoted') return 'open-quote';
    if (this.#returned) return 'lone-cr';
    return this.#from === size ? undefined : this.end(size);
  }
}

/** Reads a whole text, given in Latin-1, without any bound of a record. */
export function readNaively(text: string, shape: CsvShape): NaiveReading {
  const reader = new NaiveReader(shape);
  const { starts } = reader;
  for (let at = 0; at < text.length; at++) {
    const fault = reader.pass(text[at]!, at);
    if (fault !== undefined) return { fault, at, records: starts.length };
  }
  const fault = reader.finish(text.length);
  if (fault !== undefined) return { fault, at: text.length, records: starts.length };
  return { records: starts.length, starts, text: reader.text };
}
