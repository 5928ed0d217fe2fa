import { CorruptSourceError } from '#core/errors.ts';

/** Types of the Thrift compact protocol. A boolean field has its value in its type. */
export const THRIFT = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

/** Name of a field of a struct, by its number, and the type of the value that follows. */
export interface ThriftField {
  readonly id: number;
  readonly type: number;
}

/** Structures of Parquet lie at most eight deep. */
const MAX_DEPTH = 32;

/** A 64-bit integer has at most ten bytes of seven bits. */
const MAX_VARINT_BYTES = 10;

const TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads values of the Thrift compact protocol one after the other. Nothing is allocated by a
 * length that was read: counts and lengths are checked against the bytes that are left.
 *
 * Every method but `at` throws {CorruptSourceError} where the bytes are no such value.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export class CompactReader {
  /** Names what is read, in messages, such as `the footer of s3://bucket/x`. */
  readonly where: string;
  readonly #bytes: Uint8Array;
  #at: number;
  #depth = 0;

  constructor(bytes: Uint8Array, where: string, at = 0) {
    this.#bytes = bytes;
    this.where = where;
    this.#at = at;
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at;
  }

  /** The error for bytes that make no sense, to be thrown. */
  damaged(what: string): CorruptSourceError {
    return new CorruptSourceError(`${this.where} ${what}; the file is damaged`);
  }

  #expect(type: number, wanted: number): void {
    if (type === wanted) return;
    throw this.damaged(
      `has a value of Thrift type ${type} before byte ${this.#at}, expected type ${wanted}`,
    );
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.damaged('ends in the middle of a value');
    this.#at += 1;
    return byte;
  }

  /** Moves past `length` bytes. @returns where they begin. */
  #pass(length: number): number {
    const start = this.#at;
    const left = this.#bytes.length - start;
    if (length > left)
      throw this.damaged(`has ${length} bytes at byte ${start} where ${left} are left`);
    this.#at += length;
    return start;
  }

  /** An unsigned integer below 2^53. */
  #varint(): number {
    let value = 0;
    let unit = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * unit;
      unit *= 128;
      if (byte >= 0x80) continue;
      if (value <= Number.MAX_SAFE_INTEGER) return value;
      throw this.damaged(`has an absurd number of about ${value} before byte ${this.#at}`);
    }
    throw this.damaged(`has an integer that does not end before byte ${this.#at}`);
  }

  /** A signed integer of 16, 32 or 64 bits, from -2^52 to 2^52. */
  integer(type: number): number {
    if (type < THRIFT.i16 || type > THRIFT.i64) this.#expect(type, THRIFT.i64);
    return this.#zigzag();
  }

  #zigzag(): number {
    const raw = this.#varint();
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }

  /** A signed integer of 8 bits. */
  byte(type: number): number {
    this.#expect(type, THRIFT.byte);
    return (this.#byte() << 24) >> 24;
  }

  boolean(type: number): boolean {
    if (type !== THRIFT.true) this.#expect(type, THRIFT.false);
    return type === THRIFT.true;
  }

  /** Bytes, without a copy. */
  binary(type: number): Uint8Array {
    this.#expect(type, THRIFT.binary);
    const start = this.#pass(this.#varint());
    return this.#bytes.subarray(start, this.#at);
  }

  text(type: number): string {
    const bytes = this.binary(type);
    try {
      return TEXT.decode(bytes);
    } catch {
      throw this.damaged(`has a text before byte ${this.#at} that is not UTF-8`);
    }
  }

  /** Calls `onField` for each field; it must read or skip the value. */
  struct(onField: (field: ThriftField) => void): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.damaged(`is nested more than ${MAX_DEPTH} deep`);
    let id = 0;
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      const delta = head >> 4;
      id = delta === 0 ? this.#zigzag() : id + delta;
      onField({ id, type: head & 15 });
    }
    this.#depth -= 1;
  }

  /** A struct that is the value of a field. */
  structOf(type: number, onField: (field: ThriftField) => void): void {
    this.#expect(type, THRIFT.struct);
    this.struct(onField);
  }

  /** A list of structs; `readOne` must read one. */
  structs(type: number, readOne: () => void): void {
    this.#list(type, (element) => {
      this.#expect(element, THRIFT.struct);
      readOne();
    });
  }

  /** Calls `onElement` with the type of each element; it must read or skip the element. */
  #list(type: number, onElement: (type: number) => void): void {
    if (type !== THRIFT.set) this.#expect(type, THRIFT.list);
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    this.#checkCount(count);
    for (let i = 0; i < count; i++) onElement(head & 15);
  }

  /** Each element takes a byte or more. */
  #checkCount(count: number): void {
    const left = this.#bytes.length - this.#at;
    if (count > left) throw this.damaged(`has a list of ${count} where ${left} bytes are left`);
  }

  /** Passes over a value of any type. */
  skip(type: number): void {
    if (type === 0) throw this.damaged(`has a value of Thrift type 0 before byte ${this.#at}`);
    if (type === THRIFT.true || type === THRIFT.false) return;
    if (type === THRIFT.byte) this.#pass(1);
    else if (type <= THRIFT.i64) this.#skipVarint();
    else if (type === THRIFT.double) this.#pass(8);
    else if (type === THRIFT.binary) this.binary(type);
    else if (type === THRIFT.struct) this.struct((field) => this.skip(field.type));
    else this.#skipMany(type);
  }

  /** Passes over an integer of any size. */
  #skipVarint(): void {
    for (let i = 0; i < MAX_VARINT_BYTES; i++) if (this.#byte() < 0x80) return;
    throw this.damaged(`has an integer that does not end before byte ${this.#at}`);
  }

  #skipMany(type: number): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.damaged(`is nested more than ${MAX_DEPTH} deep`);
    if (type === THRIFT.map) this.#skipMap();
    else this.#list(type, (element) => this.#skipElement(element));
    this.#depth -= 1;
  }

  /** A boolean in a list or map is a byte. */
  #skipElement(type: number): void {
    this.skip(type === THRIFT.true || type === THRIFT.false ? THRIFT.byte : type);
  }

  #skipMap(): void {
    const count = this.#varint();
    this.#checkCount(count);
    if (count === 0) return;
    const types = this.#byte();
    for (let i = 0; i < count; i++) {
      this.#skipElement(types >> 4);
      this.#skipElement(types & 15);
    }
  }
}
