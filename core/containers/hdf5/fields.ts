import { CorruptSourceError } from '#core/errors.ts';

/** Bytes of the addresses and of the lengths in a file, as its superblock says: 2, 4 or 8. */
export interface FieldSizes {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** A run of bytes of a file that is being parsed. */
export interface FieldRun {
  readonly bytes: Uint8Array;
  /** Offset of its first byte in the object. */
  readonly at: number;
  /** Names what is parsed in messages, such as `X/data in s3://bucket/x.h5ad`. */
  readonly where: string;
  readonly sizes: FieldSizes;
}

const TEXT = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads the little-endian fields of an HDF5 structure one after the other, never past its end. */
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

  /** Bytes that are left. */
  get left(): number {
    return this.#view.byteLength - this.#position;
  }

  /** Offset of the next byte in the object. */
  get at(): number {
    return this.#run.at + this.#position;
  }

  /** @returns where the next `length` bytes begin, having passed them. */
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
   * @throws {CorruptSourceError} it is 2^53 or more: no file is as long.
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

  /** A length or count of the width that the superblock gives. */
  length(): number {
    return this.unsigned(this.#run.sizes.lengthBytes);
  }

  /** An address of the width that the superblock gives. @returns undefined if it points nowhere (all ones). */
  address(): number | undefined {
    const width = this.#run.sizes.offsetBytes;
    const isNowhere = this.peek(width).every((byte) => byte === 0xff);
    if (!isNowhere) return this.unsigned(width);
    this.skip(width);
    return undefined;
  }

  /** An address that has to point somewhere. */
  someAddress(): number {
    const address = this.address();
    if (address !== undefined) return address;
    throw new CorruptSourceError(
      `${this.where} has an address that points nowhere; the file is damaged`,
    );
  }

  /** The same fields from their start. */
  again(): Fields {
    return new Fields(this.#run);
  }

  skip(length: number): void {
    this.#pass(length);
  }

  /** Goes on to the next multiple of 8 bytes, counted from the start. */
  align(): void {
    this.skip(-this.#position & 7);
  }

  /** The next `length` bytes, which stay those of the run. */
  take(length: number): Uint8Array {
    const start = this.#pass(length);
    return this.#run.bytes.subarray(start, start + length);
  }

  /** The next `length` bytes, or as many as there are, without passing them. */
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
