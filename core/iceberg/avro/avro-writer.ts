import type { AvroPrimitive, AvroSchema, AvroValue } from './avro-schema.ts';

const FIRST_BYTES = 4096;
/** Numbers below it are shifted without a bigint. */
const SMALL = 2 ** 30;

/** Bytes that grow, to which values are added as Avro encodes them. Holds twice their length. */
export class AvroWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was added, as a copy. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A whole number of at most 64 bits: zigzag, seven bits a byte, the lowest first. */
  long(value: number | bigint): void {
    this.#reserve(10);
    if (typeof value === 'number' && Math.abs(value) < SMALL) {
      let rest = (value << 1) ^ (value >> 31);
      for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      this.#bytes[this.#length++] = rest;
      return;
    }
    const wide = BigInt(value);
    let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
    for (; rest > 0x7fn; rest >>= 7n) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  /** Their length, and the bytes. */
  sized(bytes: Uint8Array): void {
    this.long(bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

const WRITE: Readonly<Record<AvroPrimitive, (writer: AvroWriter, value: AvroValue) => void>> = {
  boolean: (writer, value) => writer.raw(Uint8Array.of(value === true ? 1 : 0)),
  int: (writer, value) => writer.long(value as number | bigint),
  long: (writer, value) => writer.long(value as number | bigint),
  bytes: (writer, value) => writer.sized(value as Uint8Array),
  string: (writer, value) => writer.text(value as string),
};

function writeArray(writer: AvroWriter, type: AvroSchema, items: readonly AvroValue[]): void {
  if (items.length > 0) writer.long(items.length);
  for (const item of items) writeAvro(writer, type, item);
  writer.long(0);
}

function writeOptional(writer: AvroWriter, type: AvroSchema, value: AvroValue): void {
  writer.long(value === null ? 0 : 1);
  if (value !== null) writeAvro(writer, type, value);
}

/** Adds a value of a schema. It must be one: nothing is checked. */
export function writeAvro(writer: AvroWriter, schema: AvroSchema, value: AvroValue): void {
  if (typeof schema === 'string') WRITE[schema](writer, value);
  else if ('length' in schema) writeOptional(writer, schema[1], value);
  else if (schema.type === 'fixed') writer.raw(value as Uint8Array);
  else if (schema.type === 'array') writeArray(writer, schema.items, value as readonly AvroValue[]);
  else if (schema.type === 'record') {
    const record = value as Readonly<Record<string, AvroValue>>;
    for (const { name, type } of schema.fields) writeAvro(writer, type, record[name]!);
  } else WRITE[schema.type](writer, value);
}
