import { THRIFT, type ThriftField } from './compact-reader.ts';

const TEXT = new TextEncoder();

/** Writes values of the Thrift compact protocol, as many as a footer of Parquet needs. */
export class CompactWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;
  /** Number of the field written last, of this struct and of those around it. */
  readonly #lastIds: number[] = [0];

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** Bytes of values that are already encoded. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #varint(value: number): void {
    let rest = value;
    this.#room(10);
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Begins a field; its value follows. */
  field({ id, type }: ThriftField): void {
    const last = this.#lastIds.pop()!;
    this.#lastIds.push(id);
    const delta = id - last;
    const isShort = delta > 0 && delta < 16;
    this.raw(Uint8Array.of(isShort ? (delta << 4) | type : type));
    if (!isShort) this.#zigzag(id);
  }

  /** A field of 64 bits. */
  i64(id: number, value: number): void {
    this.field({ id, type: THRIFT.i64 });
    this.#zigzag(value);
  }

  /** A field of 32 bits. */
  i32(id: number, value: number): void {
    this.field({ id, type: THRIFT.i32 });
    this.#zigzag(value);
  }

  /** A field of bytes. */
  binary(id: number, bytes: Uint8Array): void {
    this.field({ id, type: THRIFT.binary });
    this.#counted(bytes);
  }

  #counted(bytes: Uint8Array): void {
    this.#varint(bytes.length);
    this.raw(bytes);
  }

  /** A list of numbers of 32 bits. */
  numbers(id: number, values: readonly number[]): void {
    this.#list(id, THRIFT.i32, values.length);
    for (const value of values) this.#zigzag(value);
  }

  #zigzag(value: number): void {
    this.#varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Begins a list of structs; its elements follow. */
  structs(id: number, count: number): void {
    this.#list(id, THRIFT.struct, count);
  }

  #list(id: number, element: number, count: number): void {
    this.field({ id, type: THRIFT.list });
    this.raw(Uint8Array.of((Math.min(count, 15) << 4) | element));
    if (count >= 15) this.#varint(count);
  }

  /** A list of texts. */
  texts(id: number, texts: readonly string[]): void {
    this.#list(id, THRIFT.binary, texts.length);
    for (const text of texts) this.#counted(TEXT.encode(text));
  }

  /** A struct whose fields `write` writes: an element of a list, or the value of a begun field. */
  struct(write: () => void): void {
    this.#lastIds.push(0);
    write();
    this.#lastIds.pop();
    this.raw(Uint8Array.of(0));
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
