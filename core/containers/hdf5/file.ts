import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { type FieldSizes, Fields } from './fields.ts';
import { lookup3 } from './lookup3.ts';

/** An HDF5 file whose superblock has been read. Addresses count from the superblock, as in the file. */
export interface Hdf5File {
  readonly uri: string;
  /** Bytes before the superblock, a user block: 0 in most files. */
  readonly base: number;
  /** The bytes from the superblock on; small reads are paged. */
  readonly source: ByteSource;
  /** The same bytes as they are asked for, for many small reads far from each other. */
  readonly unpaged: ByteSource;
  /** The whole object, with its user block. */
  readonly object: ByteSource;
  readonly sizes: FieldSizes;
  /** Address of the root group's object header. */
  readonly root: number;
}

/** Where a structure lies; `where` names it in messages. */
export interface BlockRange {
  readonly address: number;
  readonly length: number;
  readonly where: string;
}

/** Headers, heaps and index blocks are at most some 100 KiB in files of people. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;

/**
 * Reads a structure as fields. One read, or none if its page is there.
 *
 * @throws {CorruptSourceError} it passes the end of the file.
 * @throws {BoundExceededError} it is longer than 16 MiB.
 */
export async function readFields(
  { sizes, base, source }: Hdf5File,
  { address, length, where }: BlockRange,
): Promise<Fields> {
  if (length > MAX_BLOCK_BYTES) {
    throw new BoundExceededError(
      `${where} has a header or heap of ${length} bytes, allowed are ${MAX_BLOCK_BYTES}`,
    );
  }
  const bytes = await source.read({ offset: address, length });
  return new Fields({ bytes, at: base + address, where, sizes });
}

/**
 * Checks four letters at the start of a structure, and passes them.
 *
 * @throws {CorruptSourceError} other bytes are there.
 */
export function expectSignature(fields: Fields, signature: string): void {
  const found = String.fromCharCode(...fields.take(4));
  if (found === signature) return;
  throw new CorruptSourceError(
    `${fields.where} has ${JSON.stringify(found)} at byte ${fields.at - 4}, expected ${signature}; the file is damaged`,
  );
}

/**
 * Checks the version of a structure, and passes it.
 *
 * @throws {CorruptSourceError} it is another.
 */
export function expectVersion(fields: Fields, version: number, what: string): void {
  const found = fields.u8();
  if (found === version) return;
  throw new CorruptSourceError(
    `${fields.where} has ${what} of version ${found}, expected ${version}; the file is damaged`,
  );
}

/**
 * Reads one of the newer structures, which end with a checksum.
 *
 * @param length with signature and checksum.
 * @returns what is between signature and checksum.
 * @throws {CorruptSourceError} signature or checksum are wrong, or it passes the end of the file.
 */
export async function readChecked(
  file: Hdf5File,
  range: BlockRange,
  signature: string,
): Promise<Fields> {
  // A length that is damaged may be too short for even signature and checksum.
  const length = Math.max(range.length, 8);
  const block = await readFields(file, { ...range, length });
  const fields = block.part(length - 4);
  assertChecksum(fields.peek(fields.left), block.u32(), range.where);
  expectSignature(fields, signature);
  return fields;
}

/** @throws {CorruptSourceError} the bytes have another checksum. */
export function assertChecksum(bytes: Uint8Array, expected: number, where: string): void {
  if (lookup3(bytes) === expected) return;
  throw new CorruptSourceError(
    `${where} has a header whose checksum is wrong; the file is damaged`,
  );
}
