import { RequestError } from '#core/errors.ts';
import { nameProblem, twinProblem } from './column-names.ts';
import type { ColumnType, DecimalType, StructField } from './column-type.ts';
import { isLeaf } from './column-type.ts';
import { ALLOWED_TYPES, REFUSED_TYPES, scalarNamed } from './scalar-types.ts';
import { shownType, type TypeToken, typeTokens } from './type-tokens.ts';

const MAX_LENGTH = 65_536;
const MAX_DEPTH = 32;
const MAX_FIELDS = 1_000;
const MAX_PRECISION = 38;

/** Reads one type; a class because it stands at a place of its text. */
class TypeReader {
  readonly #text: string;
  readonly #tokens: readonly TypeToken[];
  #at = 0;
  #fields = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = typeTokens(text);
  }

  read(): ColumnType {
    const type = this.#type(1);
    if (this.#next().kind !== 'end') this.#refuse(`ends in ${this.#last()}, which is too much`);
    return type;
  }

  #next(): TypeToken {
    return this.#tokens[Math.min(this.#at++, this.#tokens.length - 1)]!;
  }

  #last(): string {
    return this.#tokens[Math.min(this.#at, this.#tokens.length) - 1]!.text;
  }

  #is(mark: string): boolean {
    const token = this.#tokens[this.#at]!;
    if (token.kind !== 'mark' || token.text !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#is(mark)) {
      this.#at++;
      this.#refuse(`has ${this.#last()} where ${mark} is due`);
    }
  }

  #refuse(why: string): never {
    throw new RequestError([
      `the type ${shownType(this.#text)} ${why}; allowed are ${ALLOWED_TYPES}`,
    ]);
  }

  #type(depth: number): ColumnType {
    if (depth > MAX_DEPTH) this.#refuse(`nests deeper than ${MAX_DEPTH} levels`);
    let type = this.#plain(depth);
    for (let lists = depth; this.#is('['); lists++) {
      if (lists >= MAX_DEPTH) this.#refuse(`nests deeper than ${MAX_DEPTH} levels`);
      if (!this.#is(']')) this.#refuse('gives a list a length; a list is written type[]');
      type = { kind: 'list', of: type };
    }
    return type;
  }

  #plain(depth: number): ColumnType {
    const words = this.#words();
    if (words === 'struct') return { kind: 'struct', fields: this.#structFields(depth) };
    if (words === 'map') return this.#map(depth);
    if (words === 'decimal' || words === 'numeric' || words === 'dec') return this.#decimal();
    const why = REFUSED_TYPES[words];
    if (why !== undefined) {
      throw new RequestError([`the type ${shownType(this.#text)}: ${words.toUpperCase()} ${why}`]);
    }
    const name = scalarNamed(words);
    if (name === undefined) this.#refuse(`names ${shownType(words)}, which is no type here`);
    if (this.#is('(')) this.#refuse(`gives ${name} a length, which would not be kept`);
    return { kind: 'scalar', name };
  }

  #words(): string {
    const words: string[] = [];
    while (this.#tokens[this.#at]!.kind === 'word') words.push(this.#next().text.toLowerCase());
    if (words.length === 0) {
      this.#at++;
      this.#refuse(`has ${this.#last()} where a type is due`);
    }
    return words.join(' ');
  }

  #structFields(depth: number): readonly StructField[] {
    const fields: StructField[] = [];
    this.#expect('(');
    do {
      if (++this.#fields > MAX_FIELDS) this.#refuse(`has more than ${MAX_FIELDS} fields`);
      const name = this.#next();
      if (name.kind !== 'word' && name.kind !== 'quoted') {
        this.#refuse(`has ${name.text} where the name of a field is due`);
      }
      fields.push({ name: name.text, type: this.#type(depth + 1) });
    } while (this.#is(','));
    this.#expect(')');
    const names = fields.map((field) => field.name);
    const problem = names.map(nameProblem).find(Boolean) ?? twinProblem(names);
    if (problem !== undefined) this.#refuse(`has a field that cannot be: ${problem}`);
    return fields;
  }

  #map(depth: number): ColumnType {
    this.#expect('(');
    const key = this.#type(depth + 1);
    if (!isLeaf(key)) this.#refuse('has a MAP whose key is nested');
    this.#expect(',');
    const value = this.#type(depth + 1);
    this.#expect(')');
    return { kind: 'map', key, value };
  }

  #decimal(): DecimalType {
    if (!this.#is('(')) this.#refuse('is a DECIMAL without its digits: write DECIMAL(12, 2)');
    const precision = this.#digits();
    const scale = this.#is(',') ? this.#digits() : 0;
    this.#expect(')');
    if (precision < 1 || precision > MAX_PRECISION || scale > precision) {
      this.#refuse(
        `asks for ${precision} digits, ${scale} of them behind the point: a DECIMAL has 1 to ` +
          `${MAX_PRECISION}, and never more behind the point than in all`,
      );
    }
    return { kind: 'decimal', precision, scale };
  }

  #digits(): number {
    const token = this.#next();
    if (token.kind !== 'number') this.#refuse(`has ${token.text} where a number is due`);
    return Number(token.text);
  }
}

/**
 * Reads the type of a column as people write it: `int`, `decimal(12,2)`, `timestamp with time
 * zone`, `struct("a b" int, l varchar[])`; case does not matter.
 *
 * @throws {RequestError} it is none of those allowed, or deeper or longer than allowed.
 */
export function parseType(text: string): ColumnType {
  if (text.length > MAX_LENGTH) {
    throw new RequestError([
      `the type ${shownType(text)} has ${text.length} characters, at most ${MAX_LENGTH} are allowed`,
    ]);
  }
  return new TypeReader(text).read();
}
