import { CorruptSourceError } from '#core/errors.ts';

/** Widths of addresses and of lengths in a file: 2, 4 or 8 bytes. The superblock has them. */
export interface FieldSizes {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Bytes of a file that are being parsed. */
export interface FieldRun {
  readonly bytes: Uint8Array;
  /** Offset of the first byte in the object. */
  readonly at: number;
  /** Name of what is parsed, in messages, such as `X/data in s3://bucket/x.h5ad`. */
  readonly where: string;
  readonly sizes: FieldSizes;
}

const TEXT = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads the little-endian fields of an HDF5 structure one after the other, never beyond its end.
 */
export class Fields {
  readonly where: string;
  readonly #run: FieldRun;
  readonly #view: DataView;
  #position = 0;

  constructor(run: FieldRun) {
    this.where = run.where;
    this.#run = run;
    this.#view = new DataView(run.bytes.buffer, run.bytes.byteOffset, run.bytes.length);
  }

  /** Number of bytes that are left. */
  get left(): number {
    return this.#view.byteLength - this.#position;
  }

  /** Offset of the next byte in the object. */
  get at(): number {
    return this.#run.at + this.#position;
  }

  /** Moves past the next `length` bytes. @returns where they begin. */
  #pass(length: number): number {
    const start = this.#position;
    if (length > this.left) {
      throw new CorruptSourceError(
        `${this.where} ends ${length - this.left} bytes too early inside a header; the file is damaged`,
      );
    }
    this.#position += length;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#pass(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#pass(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#pass(4), true);
  }

  /**
   * An unsigned integer of 1 to 8 bytes.
   *
   * @throws {CorruptSourceError} it is 2^53 or more, which is longer than any file.
   */
  unsigned(width: number): number {
    if (width === 4) return this.u32();
    let value = 0;
    if (width === 8) value = this.u32() + this.u32() * 2 ** 32;
    else for (const [power, byte] of this.take(width).entries()) value += byte * 2 ** (8 * power);
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    throw new CorruptSourceError(
      `${this.where} has a length or an address of ${value}, expected less than 2^53; the file is damaged`,
    );
  }

  /** A length or count, of the width that the superblock has for lengths. */
  length(): number {
    return this.unsigned(this.#run.sizes.lengthBytes);
  }

  /**
   * An address, of the width that the superblock has for addresses. @returns undefined if it points
   * nowhere (all bits are 1).
   */
  address(): number | undefined {
    const width = this.#run.sizes.offsetBytes;
    const isNowhere = this.peek(width).every((byte) => byte === 0xff);
    if (!isNowhere) return this.unsigned(width);
    this.skip(width);
    return undefined;
  }

  /** An address that must not point nowhere. */
  someAddress(): number {
    const address = this.address();
    if (address !== undefined) return address;
    throw new CorruptSourceError(
      `${this.where} has an address that points nowhere; the file is damaged`,
    );
  }

  /** The same fields, read from their start again. */
  again(): Fields {
    return new Fields(this.#run);
  }

  skip(length: number): void {
    this.#pass(length);
  }

  /** Moves to the next multiple of 8 bytes, counted from the start. */
  align(): void {
    this.skip(-this.#position & 7);
  }

  /** The next `length` bytes, without a copy. */
  take(length: number): Uint8Array {
    const start = this.#pass(length);
    return this.#run.bytes.subarray(start, start + length);
  }

  /** The next `length` bytes, or as many as there are. Does not move. */
  peek(length: number): Uint8Array {
    return this.#run.bytes.subarray(this.#position, this.#position + length);
  }

  /** The next `length` bytes as fields of their own. */
  part(length: number): Fields {
    const { at } = this;
    return new Fields({ ...this.#run, bytes: this.take(length), at });
  }

  /** UTF-8 text of `length` bytes, up to its first zero byte. */
  text(length: number): string {
    const bytes = this.take(length);
    const end = bytes.indexOf(0);
    return TEXT.decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
}
