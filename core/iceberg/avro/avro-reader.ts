import { ManifestError } from '#core/errors.ts';
import type { AvroPrimitive, AvroRecord, AvroSchema, AvroValue } from './avro-schema.ts';

const MAX_SHIFT = 63n;

/** Reads values as Avro encodes them, from bytes that may be damaged. */
export class AvroReader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  #at = 0;

  /** @param name what the bytes are, for messages. */
  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  refuse(why: string): never {
    throw new ManifestError(
      `${this.#name} ${why} at byte ${this.#at}, so it is not what was written; restore the object`,
    );
  }

  raw(length: number): Uint8Array {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) this.refuse('breaks off');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** A whole number, as a bigint only where a number would lose digits. */
  long(): number | bigint {
    let value = 0n;
    for (let shift = 0n; shift <= MAX_SHIFT; shift += 7n) {
      const [byte] = this.raw(1);
      value |= BigInt(byte! & 0x7f) << shift;
      if (byte! > 0x7f) continue;
      const signed = BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
      const narrow = Number(signed);
      return Number.isSafeInteger(narrow) ? narrow : signed;
    }
    return this.refuse('has a number of more than 64 bits');
  }

  sized(): Uint8Array {
    return this.raw(Number(this.long()));
  }

  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.sized());
  }
}

const READ: Readonly<Record<AvroPrimitive, (reader: AvroReader) => AvroValue>> = {
  boolean: (reader) => reader.raw(1)[0] === 1,
  int: (reader) => reader.long(),
  long: (reader) => reader.long(),
  bytes: (reader) => reader.sized(),
  string: (reader) => reader.text(),
};

function readRecord(reader: AvroReader, { fields }: AvroRecord) {
  return Object.fromEntries(fields.map(({ name, type }) => [name, readAvro(reader, type)]));
}

function readArray(reader: AvroReader, items: AvroSchema): AvroValue {
  const read: AvroValue[] = [];
  for (let left = Number(reader.long()); left !== 0; left = Number(reader.long())) {
    if (left < 0) reader.refuse('has a block of a form that is not written');
    for (; left > 0; left -= 1) read.push(readAvro(reader, items));
  }
  return read;
}

function readOptional(reader: AvroReader, type: AvroSchema): AvroValue {
  const branch = reader.long();
  if (branch === 0) return null;
  return branch === 1 ? readAvro(reader, type) : reader.refuse('has a type that it may not have');
}

/** @throws {ManifestError} the bytes end before the value does, or are none of the schema. */
export function readAvro(reader: AvroReader, schema: AvroSchema): AvroValue {
  if (typeof schema === 'string') return READ[schema](reader);
  if ('length' in schema) return readOptional(reader, schema[1]);
  if (schema.type === 'fixed') return reader.raw(schema.size);
  if (schema.type === 'array') return readArray(reader, schema.items);
  return schema.type === 'record' ? readRecord(reader, schema) : READ[schema.type](reader);
}
