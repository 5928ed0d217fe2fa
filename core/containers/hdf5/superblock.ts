import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPages } from '#core/bytes/paged-source.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type FieldSizes, Fields } from './fields.ts';
import { assertChecksum, type Hdf5File } from './file.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

/** Most bytes of a superblock: version 1 with addresses of 8 bytes. */
const SUPERBLOCK_BYTES = 100;

/** First offset of a superblock after a user block; each further offset is twice the one before. */
const FIRST_USER_BLOCK = 512;

interface Superblock {
  readonly sizes: FieldSizes;
  /** Offset in the object of the end of the file. */
  readonly end: number;
  readonly root: number;
}

function hasSignature(bytes: Uint8Array, offset: number): boolean {
  return SIGNATURE.every((byte, i) => bytes[offset + i] === byte);
}

/** True if these are the first bytes of an HDF5 file, with a user block of 512 bytes or none. */
export function isHdf5(head: Uint8Array): boolean {
  return hasSignature(head, 0) || hasSignature(head, FIRST_USER_BLOCK);
}

/** Offset of the superblock; undefined if there is none. One read of 8 bytes for each place. */
async function searchSuperblock(source: ByteSource): Promise<number | undefined> {
  for (let base = 0; base + SIGNATURE.length <= source.size; base = base * 2 || FIRST_USER_BLOCK) {
    const bytes = await source.read({ offset: base, length: SIGNATURE.length });
    if (hasSignature(bytes, 0)) return base;
  }
  return undefined;
}

/**
 * True for an HDF5 file behind a user block of any length. Reads 8 bytes at each offset where a
 * superblock may be: 30 reads for a file of 500 GB.
 */
export async function hasSuperblock(source: ByteSource): Promise<boolean> {
  return (await searchSuperblock(source)) !== undefined;
}

async function findSuperblock(source: ByteSource): Promise<number> {
  const base = await searchSuperblock(source);
  if (base !== undefined) return base;
  throw new UnsupportedSourceError(
    `${source.uri} is no HDF5 file: it has no superblock at byte 0, 512, 1024, …`,
  );
}

function checkSizes(where: string, sizes: FieldSizes): FieldSizes {
  for (const width of [sizes.offsetBytes, sizes.lengthBytes]) {
    if (width === 2 || width === 4 || width === 8) continue;
    throw new CorruptSourceError(
      `${where} has addresses or lengths of ${width} bytes, expected 2, 4 or 8; the file is damaged`,
    );
  }
  return sizes;
}

/** Parses version 0 or 1, where the root group is a symbol table entry. */
function parseOldSuperblock(fields: (sizes: FieldSizes) => Fields): Superblock {
  const fixed = fields({ offsetBytes: 8, lengthBytes: 8 });
  fixed.skip(SIGNATURE.length);
  const version = fixed.u8();
  fixed.skip(4);
  const sizes = checkSizes(fixed.where, { offsetBytes: fixed.u8(), lengthBytes: fixed.u8() });
  const rest = fields(sizes);
  rest.skip(version === 0 ? 24 : 28);
  rest.skip(2 * sizes.offsetBytes);
  const end = rest.someAddress();
  // Address of the driver's block, and the name of the root group.
  rest.skip(2 * sizes.offsetBytes);
  return { sizes, end, root: rest.someAddress() };
}

/** Parses version 2 or 3. */
function parseNewSuperblock(fields: (sizes: FieldSizes) => Fields): Superblock {
  const fixed = fields({ offsetBytes: 8, lengthBytes: 8 });
  fixed.skip(SIGNATURE.length + 1);
  const sizes = checkSizes(fixed.where, { offsetBytes: fixed.u8(), lengthBytes: fixed.u8() });
  const whole = fields(sizes);
  const rest = whole.part(12 + 4 * sizes.offsetBytes);
  assertChecksum(rest.peek(rest.left), whole.u32(), rest.where);
  rest.skip(11);
  const isOpen = rest.u8() !== 0;
  if (isOpen) {
    throw new CorruptSourceError(
      `${rest.where} was not closed by the program that wrote it; close it there, or run h5clear -s on it, and upload it again`,
    );
  }
  rest.skip(2 * sizes.offsetBytes);
  return { sizes, end: rest.someAddress(), root: rest.someAddress() };
}

function parseSuperblock(bytes: Uint8Array, base: number, where: string): Superblock {
  const fields = (sizes: FieldSizes) => new Fields({ bytes, at: base, where, sizes });
  const version = bytes[SIGNATURE.length] ?? 0;
  if (version <= 1) return parseOldSuperblock(fields);
  if (version <= 3) return parseNewSuperblock(fields);
  throw new UnsupportedSourceError(
    `${where} has an HDF5 superblock of version ${version}, allowed are 0 to 3; write it with h5py.File(path, 'w', libver='v114')`,
  );
}

/** The bytes of the object from `base` on. */
function withoutUserBlock(source: ByteSource, base: number): ByteSource {
  return {
    uri: source.uri,
    size: source.size - base,
    etag: source.etag,
    read: ({ offset, length }) => source.read({ offset: base + offset, length }),
  };
}

/**
 * Opens an HDF5 file: finds its superblock, also after a user block.
 *
 * One read of 64 KiB, which has most of what is read next.
 *
 * @throws {UnsupportedSourceError} there is no superblock, or its version is above 3.
 * @throws {CorruptSourceError} the superblock is damaged, or the file is cut short or was not
 * closed.
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 * @example
 * const file = await openHdf5(source);
 * const object = await openPath(await openRoot(file), 'X/data');
 * if (object !== undefined) console.log(parseDataset(object).length);
 */
export async function openHdf5(object: ByteSource): Promise<Hdf5File> {
  const paged = withPages(object);
  const base = await findSuperblock(paged);
  const source = withoutUserBlock(paged, base);
  const length = Math.min(SUPERBLOCK_BYTES, source.size);
  const superblock = parseSuperblock(await source.read({ offset: 0, length }), base, object.uri);
  if (superblock.end > object.size) {
    throw new CorruptSourceError(
      `${object.uri} has ${object.size} bytes, expected ${superblock.end} as its superblock says; the file is cut short`,
    );
  }
  const unpaged = withoutUserBlock(object, base);
  return { ...superblock, uri: object.uri, base, object, source, unpaged };
}
