import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { Names } from '#core/sparse/names.ts';
import { refuseHalfCharacter, refuseLongName } from './check-name.ts';
import { textPieces } from './text-pieces.ts';

/** What JSON has beside texts: blanks, signs, and words such as a number. */
const BLANKS = /[ \t\n\r]*/y;
const SIGN = /[[\]{},:]/;
const WORD = /[^ \t\n\r[\]{},:"]+/y;
const WHOLE_NUMBER = /^-?(?:0|[1-9]\d*)$/;

/** Characters of a word, such as a number, that are shown in a message. */
const SHOWN_CHARACTERS = 40;

const NESTED: Readonly<Record<string, string>> = { '[': 'a list', '{': 'an object' };

const ALLOWED = 'names are texts in one list, such as ["a", "b"]';

/** What may come next. */
type Place = 'list' | 'first' | 'item' | 'separator' | 'end';

/** The signs that may come at a place, and the place after them. */
const AFTER: Readonly<Record<Place, Readonly<Record<string, Place>>>> = {
  list: { '[': 'first' },
  first: { ']': 'end' },
  item: {},
  separator: { ',': 'item', ']': 'end' },
  end: {},
};

/** Offset after the quote that ends the string at `start`; -1 if it is not in the text. */
function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  for (; quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (text[before - 1] === '\\') before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return -1;
}

/** Reads the names of one list, piece by piece. */
class NameList {
  readonly #uri: string;
  #rest = '';
  #place: Place = 'list';
  #count = 0;
  #names: string[] = [];

  constructor(uri: string) {
    this.#uri = uri;
  }

  /** Takes a piece of the text. @returns the names that end in it */
  take(piece: string): readonly string[] {
    this.#rest += piece;
    this.#names = [];
    let at = 0;
    for (let end = this.#token(at); end > at; end = this.#token(at)) at = end;
    this.#rest = this.#rest.slice(at);
    refuseLongName(this.#rest.length, this.#count, this.#uri);
    return this.#names;
  }

  /** Makes sure that the list has ended. */
  end(): void {
    if (this.#rest !== '') throw this.#wrong(this.#rest.slice(0, SHOWN_CHARACTERS));
    if (this.#place !== 'end') throw this.#wrong('an end before its ]');
  }

  /**
   * Reads a token, or blanks. @returns the offset after it; `from` if it may go on after the text.
   */
  #token(from: number): number {
    const text = this.#rest;
    BLANKS.lastIndex = from;
    BLANKS.test(text);
    const start = BLANKS.lastIndex;
    const first = text[start];
    if (first === undefined) return start;
    if (first === '"') return this.#string(start, from);
    if (SIGN.test(first)) {
      this.#sign(first);
      return start + 1;
    }
    WORD.lastIndex = start;
    WORD.test(text);
    const end = WORD.lastIndex;
    if (end === text.length) return from;
    this.#word(text.slice(start, end));
    return end;
  }

  #sign(sign: string): void {
    const next = AFTER[this.#place][sign];
    if (next === undefined) throw this.#wrong(NESTED[sign] ?? JSON.stringify(sign));
    this.#place = next;
  }

  #string(start: number, from: number): number {
    const end = stringEnd(this.#rest, start);
    if (end < 0) return from;
    refuseLongName(end - start, this.#count, this.#uri);
    const text = this.#rest.slice(start, end);
    try {
      this.#add(JSON.parse(text));
    } catch (cause) {
      if (cause instanceof SyntaxError) throw this.#wrong('a text with a wrong escape');
      throw cause;
    }
    return end;
  }

  #word(word: string): void {
    if (!WHOLE_NUMBER.test(word)) throw this.#wrong(word.slice(0, SHOWN_CHARACTERS));
    this.#add(word);
  }

  #add(name: string): void {
    if (this.#place === 'separator') throw this.#wrong('no comma');
    if (this.#place !== 'first' && this.#place !== 'item') throw this.#wrong('a value outside it');
    refuseHalfCharacter(name, this.#count, this.#uri);
    this.#names.push(name);
    this.#count += 1;
    this.#place = 'separator';
  }

  #wrong(found: string): CorruptSourceError {
    return new CorruptSourceError(
      `${this.#uri} has ${found} at place ${this.#count}, but ${ALLOWED}; write the names again`,
    );
  }
}

async function* readList(source: ByteSource): AsyncGenerator<readonly string[]> {
  const list = new NameList(source.uri);
  for await (const piece of textPieces(source)) {
    const names = list.take(piece);
    if (names.length > 0) yield names;
  }
  list.end();
}

/**
 * The names in a JSON list of texts. Whole numbers stand for their digits, as in early bundles.
 * Holds two blocks of 1 MiB, and a name of at most 1 MiB.
 */
export function jsonNames(source: ByteSource): Names {
  return { uri: source.uri, read: () => readList(source) };
}
