import { InvalidDefinition, UnsupportedDefinition } from './errors.ts';
import { assertCompiles, isExpression } from './expressions.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json.ts';

/**
 * Reads an object of a definition field by field. A field that nobody asked for is
 * unsupported: a field that this executor does not know is never skipped silently.
 */
export class Fields {
  /** The state that the object belongs to, for messages. */
  readonly state: string;
  /** JSON pointer to the object, as AWS's schema messages end. */
  readonly pointer: string;
  /** Prefix of field names in messages, such as `ItemReader.`. */
  readonly #prefix: string;
  readonly #left: Map<string, Json>;

  constructor(value: Json, place: { state: string; pointer: string; prefix?: string }) {
    this.state = place.state;
    this.pointer = place.pointer;
    this.#prefix = place.prefix ?? '';
    if (!isJsonObject(value)) throw this.schemaError('Value is not an object');
    this.#left = new Map(Object.entries(value));
    this.#left.delete('Comment');
  }

  /** Says what is wrong with a field, as AWS's validation does. */
  schemaError(problem: string, field?: string): InvalidDefinition {
    const pointer = field === undefined ? this.pointer : `${this.pointer}/${field}`;
    return new InvalidDefinition(`SCHEMA_VALIDATION_FAILED: ${problem} at ${pointer || '/'}`);
  }

  /** Refuses the whole definition over a field, or a value of it. */
  unsupported(by: string): UnsupportedDefinition {
    return new UnsupportedDefinition(this.state, `${this.#prefix}${by}`);
  }

  /** Any JSON, or undefined when absent. Expressions in it must parse. */
  json(field: string): Json | undefined {
    const value = this.#left.get(field);
    this.#left.delete(field);
    if (value !== undefined) assertCompiles(value, `${this.pointer}/${field}`);
    return value;
  }

  /** Objects only. */
  object(field: string): JsonObject | undefined {
    const value = this.json(field);
    if (value === undefined || isJsonObject(value)) return value;
    throw this.schemaError('Value is not an object', field);
  }

  /** The field as {@link Fields} of its own. */
  nested(field: string): Fields | undefined {
    const value = this.#left.get(field);
    this.#left.delete(field);
    return value === undefined ? undefined : this.#inside(value, field, `${field}.`);
  }

  /** Each entry of an array, as {@link Fields} of its own; none when absent. */
  entries(field: string): Fields[] {
    const value = this.#left.get(field) ?? [];
    this.#left.delete(field);
    if (!isJsonArray(value)) throw this.schemaError('Value is not an array', field);
    return value.map((entry, index) => this.#inside(entry, `${field}[${index}]`, `${field}.`));
  }

  /** Each member of an object, as the {@link Fields} of the state of that name. */
  states(field: string): [name: string, fields: Fields][] {
    const value = this.#left.get(field) ?? {};
    this.#left.delete(field);
    if (!isJsonObject(value)) throw this.schemaError('Value is not an object', field);
    return Object.entries(value).map(([name, state]) => {
      const pointer = `${this.pointer}/${field}/${name}`;
      return [name, new Fields(state, { state: `state ${name}`, pointer })];
    });
  }

  /** Text. */
  text(field: string): string | undefined {
    const value = this.json(field);
    if (value === undefined || typeof value === 'string') return value;
    throw this.schemaError('Value is not a string', field);
  }

  /** Text that must be there. */
  requiredText(field: string): string {
    const value = this.text(field);
    if (value === undefined) throw this.schemaError('Missing required field', field);
    return value;
  }

  /** One of several words. Another word is refused by its name. */
  word<Word extends string>(field: string, known: readonly Word[]): Word | undefined {
    const value = this.text(field);
    const found = known.find((word) => word === value);
    if (found === undefined && value !== undefined) throw this.unsupported(`${field} ${value}`);
    return found;
  }

  /** A number from `least` to `most`; no expression. */
  number(field: string, least: number, most = Number.POSITIVE_INFINITY): number | undefined {
    const value = this.json(field);
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw this.schemaError('Value is not a number', field);
    if (value < least) throw this.schemaError(`Value is less than ${least}`, field);
    if (value > most) throw this.schemaError(`Value is more than ${most}`, field);
    return value;
  }

  /** A number from `least` to `most`, or an expression that gives one later. */
  numeric(field: string, least: number, most?: number): Json | undefined {
    return isExpression(this.#left.get(field)) ? this.json(field) : this.number(field, least, most);
  }

  /**
   * Must be called last.
   *
   * @throws {UnsupportedDefinition} there is a field that nobody asked for.
   */
  refuseRest(): void {
    for (const field of this.#left.keys()) throw this.unsupported(field);
  }

  #inside(value: Json, step: string, prefix: string): Fields {
    const pointer = `${this.pointer}/${step}`;
    return new Fields(value, { state: this.state, pointer, prefix: this.#prefix + prefix });
  }
}
