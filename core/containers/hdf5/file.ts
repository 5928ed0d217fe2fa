import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { type FieldSizes, Fields } from './fields.ts';
import { lookup3 } from './lookup3.ts';

/**
 * An HDF5 file whose superblock has been read. Addresses count from the superblock, as they do in
 * the file.
 */
export interface Hdf5File {
  readonly uri: string;
  /** Bytes of the user block before the superblock: 0 in most files. */
  readonly base: number;
  /** The bytes from the superblock on; small reads are answered from pages. */
  readonly source: ByteSource;
  /** The same bytes without pages, for many small reads far from each other. */
  readonly unpaged: ByteSource;
  /** The whole object, including its user block. */
  readonly object: ByteSource;
  readonly sizes: FieldSizes;
  /** Address of the root group's object header. */
  readonly root: number;
}

/** Where a structure lies; `where` is its name in messages. */
export interface BlockRange {
  readonly address: number;
  readonly length: number;
  readonly where: string;
}

/** Most bytes of a header, heap or index block; in real files they have at most some 100 KiB. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;

/**
 * Reads a structure as fields. One read, or none if its page is in memory.
 *
 * @throws {CorruptSourceError} it reaches beyond the end of the file.
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
 * Checks the four letters at the start of a structure, and moves past them.
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
 * Checks the version of a structure, and moves past it.
 *
 * @throws {CorruptSourceError} it has another version.
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
 * @param range its length includes signature and checksum.
 * @returns the fields between signature and checksum.
 * @throws {CorruptSourceError} signature or checksum is wrong, or it reaches beyond the end of the
 * file.
 */
export async function readChecked(
  file: Hdf5File,
  range: BlockRange,
  signature: string,
): Promise<Fields> {
  // A damaged length may be too short even for signature and checksum.
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
