import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { ZipDirectory, ZipMember } from './zip-directory.ts';

const LOCAL_SIGNATURE = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/** Bytes of a local header, without name and extra field. */
export const LOCAL_HEADER_BYTES = 30;

/** True if the member's bytes are a raw deflate stream, false if they are stored as they are. */
export function isDeflated({ method }: ZipMember): boolean {
  return method === DEFLATED;
}

/**
 * Refuses a member whose bytes cannot be read.
 *
 * @throws {UnsupportedSourceError} it is encrypted, or compressed otherwise than by deflate.
 */
export function assertReadable({ uri }: ByteSource, member: ZipMember): void {
  const { name, method, isEncrypted } = member;
  if (!isEncrypted && (method === STORED || method === DEFLATED)) return;
  const how = isEncrypted
    ? `encrypted (${name})`
    : `compressed (${name} by zip method ${method}), which NumPy does not write`;
  throw new UnsupportedSourceError(
    `${uri} is ${how}; save it with scipy.sparse.save_npz(path, matrix)`,
  );
}

/**
 * Finds where the bytes of a member lie, compressed or not. Two reads of a few bytes.
 *
 * Their length is taken from the central directory, because the local header may have 0 or
 * 0xFFFFFFFF there. Their offset is computed from the local header, because only that one has
 * NumPy's zip64 padding.
 *
 * @throws {CorruptSourceError} local header and directory disagree, or the bytes reach into the
 * directory.
 */
export async function locateMember(
  source: ByteSource,
  directory: ZipDirectory,
  member: ZipMember,
): Promise<ByteRange> {
  const { name, compressedBytes: length, localOffset } = member;
  const fixed = await source.read({ offset: localOffset, length: LOCAL_HEADER_BYTES });
  const header = new DataView(fixed.buffer);
  const nameBytes = header.getUint16(26, true);
  const nameOffset = localOffset + LOCAL_HEADER_BYTES;
  const localName = await source.read({ offset: nameOffset, length: nameBytes });
  const isSame =
    header.getUint32(0, true) === LOCAL_SIGNATURE && new TextDecoder().decode(localName) === name;
  if (!isSame || (member.method === STORED && member.bytes !== length)) {
    throw new CorruptSourceError(
      `${source.uri} has no local header for ${name} at offset ${localOffset} that fits its zip directory; the file is damaged`,
    );
  }
  const offset = nameOffset + nameBytes + header.getUint16(28, true);
  if (offset + length <= directory.offset) return { offset, length };
  throw new CorruptSourceError(
    `${source.uri} has ${length} bytes of ${name} at offset ${offset}, past the zip directory at ${directory.offset}; the file is damaged`,
  );
}
