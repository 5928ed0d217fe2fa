import { crc32 } from 'node:zlib';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { inflateHead } from '#core/containers/deflate/inflate-head.ts';
import type { ZipMember } from '#core/containers/zip/zip-directory.ts';
import { CorruptSourceError } from '#core/errors.ts';

/**
 * Most bytes of a member that is inflated whole. `format` and `shape` take some 150 bytes; longer
 * members are arrays, which are read through an index.
 */
const SMALL_BYTES = 1024;

/**
 * Opens a deflated member without an index. A small member is inflated whole and its CRC-32 is
 * checked. Of a larger one only the first 10 kB or so can be read, each time from its beginning.
 *
 * @param range where the member's bytes lie in `source`.
 * @throws {CorruptSourceError} the member is damaged.
 */
export async function openMemberHead(
  source: ByteSource,
  range: ByteRange,
  member: ZipMember,
): Promise<ByteSource> {
  const { uri, etag } = source;
  const { name, bytes: size } = member;
  if (size > SMALL_BYTES) {
    const read = async ({ offset, length }: ByteRange) =>
      (await inflateHead(source, range, offset + length, name)).slice(offset);
    return { uri, etag, size, read };
  }
  const bytes = await inflateHead(source, range, size, name);
  if (crc32(bytes) === member.crc32) return memorySource(bytes, uri);
  throw new CorruptSourceError(
    `${name} in ${uri} is damaged: its CRC-32 is ${crc32(bytes)}, expected ${member.crc32}; copy or save the file again`,
  );
}
