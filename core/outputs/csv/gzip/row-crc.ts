import { multiply, X_TO_0, X_TO_8 } from '#core/checksum/crc32.ts';

/** Entry b is the register after byte b from 0 on. */
const BYTE_TABLE = Int32Array.from({ length: 256 }, (_, byte) => multiply(byte, X_TO_8));

/** A register is shifted by each hexadecimal digit of a length below 2^28. */
const DIGITS = 7;

/** Entries of the table of one shift: 256 for each byte of a register. */
const SHIFT_ENTRIES = 1024;

/** The table of a shift by `power`: what becomes of each byte of a register, which add up. */
function fillShift(table: Int32Array, power: number): void {
  for (let bit = 0; bit < 32; bit++) {
    const first = 256 * (bit >> 3);
    const size = 1 << (bit & 7);
    const shifted = multiply(2 ** bit, power);
    for (let i = 0; i < size; i++) table[first + size + i] = table[first + i]! ^ shifted;
  }
}

/** Tables of shifts by 1 to 15 bytes, by 16 to 240, and so on; 420 KiB for all encoders. */
function shiftTables(): Int32Array {
  const tables = new Int32Array(DIGITS * 16 * SHIFT_ENTRIES);
  let step = X_TO_8;
  for (let digit = 0; digit < DIGITS; digit++) {
    let power = X_TO_0;
    for (let times = 1; times < 16; times++) {
      power = multiply(power, step);
      const start = (digit * 16 + times) * SHIFT_ENTRIES;
      fillShift(tables.subarray(start, start + SHIFT_ENTRIES), power);
    }
    step = multiply(power, step);
  }
  return tables;
}

let tables: Int32Array | undefined;

/** The register after `length` zero bytes. */
function shift(register: number, length: number, shifts: Int32Array): number {
  let shifted = register;
  for (let digit = 0, left = length; left > 0; digit += 16, left >>>= 4) {
    const times = left & 15;
    if (times === 0) continue;
    const at = (digit + times) * SHIFT_ENTRIES;
    shifted =
      shifts[at + (shifted & 255)]! ^
      shifts[at + 256 + ((shifted >>> 8) & 255)]! ^
      shifts[at + 512 + ((shifted >>> 16) & 255)]! ^
      shifts[at + 768 + (shifted >>> 24)]!;
  }
  return shifted;
}

/**
 * The CRC-32 of rows that have long stretches of one text, the row template, without reading these:
 * a stretch costs a few lookups per digit of its length.
 *
 * The register after a text is that of the bytes before it, shifted by its length, plus that of the
 * text alone. Of the template the registers of all its beginnings are known, so the register of a
 * stretch follows from two of them.
 */
export class RowCrc {
  readonly #starts: Uint32Array;
  /** Register of the template up to each column, from 0 on. */
  readonly #prefixes: Int32Array;
  readonly #shifts: Int32Array;
  #register = -1;
  #bytes = 0;

  /** @param template text of a row in which nothing is stored; `starts` has one end more. */
  constructor({ bytes, starts }: { readonly bytes: Uint8Array; readonly starts: Uint32Array }) {
    this.#starts = starts;
    this.#prefixes = new Int32Array(starts.length);
    let register = 0;
    for (let column = 1; column < starts.length; column++) {
      for (let at = starts[column - 1]!; at < starts[column]!; at++) {
        register = BYTE_TABLE[(register ^ bytes[at]!) & 255]! ^ (register >>> 8);
      }
      this.#prefixes[column] = register;
    }
    tables ??= shiftTables();
    this.#shifts = tables;
  }

  /** Bytes that were added. */
  get bytes(): number {
    return this.#bytes;
  }

  /** CRC-32 and length of all that was added. */
  get figures() {
    return { bytes: this.#bytes, crc32: ~this.#register >>> 0 };
  }

  /** Adds the template from column `from` up to column `to`. */
  addCells(from: number, to: number): void {
    const length = this.#starts[to]! - this.#starts[from]!;
    const register = this.#register ^ this.#prefixes[from]!;
    this.#register = shift(register, length, this.#shifts) ^ this.#prefixes[to]!;
    this.#bytes += length;
  }

  /** Adds the first `length` bytes. */
  addBytes(bytes: Uint8Array, length: number): void {
    let register = this.#register;
    for (let at = 0; at < length; at++) {
      register = BYTE_TABLE[(register ^ bytes[at]!) & 255]! ^ (register >>> 8);
    }
    this.#register = register;
    this.#bytes += length;
  }
}
