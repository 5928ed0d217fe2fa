import type { ColumnType, StructField } from '#core/tables/schema/column-type.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { ColumnTexts } from './column-texts.ts';

/** Objects with more keys than these hold data in their keys, if all values are of one kind. */
const MAP_KEYS = 200;

/** Types that numbers alone and truth values alone have; a string that looks so stays a text. */
const UNQUOTED = /^(?:(?:TINY|SMALL|BIG)INT|INTEGER|DOUBLE|BOOLEAN)$/;

/** Takes a sentence about values that no column can hold. */
export type OnLeftOut = (path: string, why: string) => void;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Values of JSON that stand at one place of their objects: what a column would hold. */
export class JsonValues {
  /** Those that are not null. */
  count = 0;
  readonly #numbers = new ColumnTexts();
  readonly #strings = new ColumnTexts();
  readonly #booleans = new ColumnTexts();
  #fields: Map<string, JsonValues> | undefined;
  #items: JsonValues | undefined;
  #example: string | undefined;

  /**
   * Adds a value.
   *
   * @param text the same value with texts in the place of numbers, which keep all of their digits.
   */
  add(value: unknown, text: unknown): void {
    if (value === null) return;
    this.count += 1;
    if (Array.isArray(value)) this.#addList(value, text as readonly unknown[]);
    else if (isObject(value)) this.#addObject(value, text as Readonly<Record<string, unknown>>);
    else if (typeof value === 'number') this.#numbers.add(String(text));
    else if (typeof value === 'string') this.#strings.add(value);
    else this.#booleans.add(String(value));
  }

  #addList(value: readonly unknown[], text: readonly unknown[]): void {
    this.#example ??= JSON.stringify(value);
    const items = this.#ofItems();
    for (const [index, item] of value.entries()) items.add(item, text[index]);
  }

  #addObject(
    value: Readonly<Record<string, unknown>>,
    text: Readonly<Record<string, unknown>>,
  ): void {
    this.#example ??= JSON.stringify(value);
    this.#fields ??= new Map();
    for (const [key, item] of Object.entries(value)) this.#ofKey(key).add(item, text[key]);
  }

  #ofItems(): JsonValues {
    this.#items ??= new JsonValues();
    return this.#items;
  }

  #ofKey(key: string): JsonValues {
    this.#fields ??= new Map();
    const values = this.#fields.get(key) ?? new JsonValues();
    this.#fields.set(key, values);
    return values;
  }

  #addAll(other: JsonValues): void {
    this.count += other.count;
    this.#numbers.addAll(other.#numbers);
    this.#strings.addAll(other.#strings);
    this.#booleans.addAll(other.#booleans);
    if (other.#items !== undefined) this.#ofItems().#addAll(other.#items);
    for (const [key, values] of other.fields) this.#ofKey(key).#addAll(values);
  }

  /** Of an object, its keys in the order in which they came. */
  get fields(): ReadonlyMap<string, JsonValues> {
    return this.#fields ?? new Map();
  }

  /** Some of the values, as texts. */
  get examples(): readonly string[] {
    if (this.#example !== undefined) return [this.#example];
    return [this.#numbers, this.#strings, this.#booleans].flatMap(({ examples }) => examples);
  }

  /**
   * The smallest type that holds all values; undefined if none does.
   *
   * @param onLeftOut called for each place within that no type holds; its key is left out.
   */
  typeAt(path: string, onLeftOut: OnLeftOut): ColumnType | undefined {
    const scalars = this.#numbers.count + this.#strings.count + this.#booleans.count;
    const isList = this.#items !== undefined;
    const isObjects = this.#fields !== undefined;
    if (Number(scalars > 0) + Number(isList) + Number(isObjects) > 1) {
      onLeftOut(path, 'holds lists, objects or single values in turn, which no type does');
      return undefined;
    }
    if (isObjects) return this.#objectType(path, onLeftOut);
    if (!isList) return this.#leafType();
    const of = this.#items?.typeAt(`${path}[]`, onLeftOut);
    return of && { kind: 'list', of };
  }

  #leafType(): ColumnType {
    const [numbers, strings, booleans] = [this.#numbers, this.#strings, this.#booleans];
    const kinds = [numbers, strings, booleans].filter(({ count }) => count > 0);
    const [only = strings] = kinds;
    if (kinds.length > 1) return TEXT;
    const type = only.typeWithout();
    if (only !== strings) return type;
    const isNumber =
      type.kind === 'decimal' || (type.kind === 'scalar' && UNQUOTED.test(type.name));
    return isNumber ? TEXT : type;
  }

  #objectType(path: string, onLeftOut: OnLeftOut): ColumnType | undefined {
    if (this.fields.size > MAP_KEYS) {
      const all = new JsonValues();
      for (const values of this.fields.values()) all.#addAll(values);
      const value = all.typeAt(`${path}.*`, () => {});
      if (value !== undefined) return { kind: 'map', key: TEXT, value };
    }
    const fields: StructField[] = [];
    for (const [name, values] of this.fields) {
      const type = values.typeAt(`${path}.${name}`, onLeftOut);
      if (type !== undefined) fields.push({ name, type });
    }
    if (fields.length > 0) return { kind: 'struct', fields };
    onLeftOut(path, 'holds objects without a key that a type could hold');
    return undefined;
  }
}
