import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';

/** Where the central directory of a zip file lies, and how many members it lists. */
interface ZipEnd {
  readonly directory: ByteRange;
  readonly memberCount: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;

/** Length of the end record with the longest comment. */
const MAX_END_BYTES = END_BYTES + 0xffff;

/**
 * Offset in `tail` of the end record: the last one whose comment ends where the file ends; else the
 * last one at all, because Python passes over bytes behind the archive, such as a line break.
 */
function findEndRecord(tail: DataView): number | undefined {
  let last: number | undefined;
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END_SIGNATURE) continue;
    const end = at + END_BYTES + tail.getUint16(at + 20, true);
    if (end === tail.byteLength) return at;
    if (end < tail.byteLength) last ??= at;
  }
  return last;
}

/** Reads the zip64 end record. Undefined if there is no zip64 locator before the end record. */
async function readEnd64(source: ByteSource, endOffset: number): Promise<DataView | undefined> {
  const locatorOffset = endOffset - LOCATOR_BYTES;
  const offset = locatorOffset - END64_BYTES;
  if (offset < 0) return undefined;
  const length = END64_BYTES + LOCATOR_BYTES;
  const { buffer } = await source.read({ offset, length });
  const end64 = new DataView(buffer, 0, END64_BYTES);
  const locator = new DataView(buffer, END64_BYTES);
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined;
  // Python reads the record just before the locator, whatever offset the locator names.
  const isLocated = locator.getBigUint64(8, true) === BigInt(offset);
  if (isLocated && end64.getUint32(0, true) === END64_SIGNATURE) return end64;
  throw new CorruptSourceError(`${source.uri} has a zip64 locator that points at no zip64 record`);
}

function fromEnd(end: DataView): ZipEnd & { readonly disk: number } {
  return {
    disk: end.getUint16(4, true),
    memberCount: end.getUint16(10, true),
    directory: { offset: end.getUint32(16, true), length: end.getUint32(12, true) },
  };
}

/**
 * Offsets above 2^53 are rounded here. They are refused later, because they are beyond the end of
 * any object.
 */
function fromEnd64(end: DataView): ZipEnd & { readonly disk: number } {
  return {
    disk: end.getUint32(16, true),
    memberCount: Number(end.getBigUint64(32, true)),
    directory: {
      offset: Number(end.getBigUint64(48, true)),
      length: Number(end.getBigUint64(40, true)),
    },
  };
}

/**
 * Finds the central directory of a zip file from the records at its end, zip64 included.
 *
 * One read of at most 65,557 bytes, and a small one where zip64 records may be.
 *
 * @throws {CorruptSourceError} there is no end record (the file is cut short), or the directory
 * does not end there.
 * @throws {UnsupportedSourceError} the archive is split over several disks.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.14 to 4.3.16
 */
export async function readZipEnd(source: ByteSource): Promise<ZipEnd> {
  const length = Math.min(MAX_END_BYTES, source.size);
  const tail = new DataView((await source.read({ offset: source.size - length, length })).buffer);
  const at = findEndRecord(tail);
  if (at === undefined) {
    throw new CorruptSourceError(
      `${source.uri} begins as a zip file but has no end record; it is cut short, copy or save it again`,
    );
  }
  const endOffset = source.size - length + at;
  const end64 = await readEnd64(source, endOffset);
  const { disk, memberCount, directory } =
    end64 === undefined ? fromEnd(new DataView(tail.buffer, at, END_BYTES)) : fromEnd64(end64);
  if (disk !== 0) {
    throw new UnsupportedSourceError(
      `${source.uri} is disk ${disk} of a split zip archive; save the matrix as one file`,
    );
  }
  const recordsOffset = end64 === undefined ? endOffset : endOffset - LOCATOR_BYTES - END64_BYTES;
  if (directory.offset + directory.length === recordsOffset) return { directory, memberCount };
  // If there are other bytes between the records, or before the first member, zip readers disagree
  // about what the offsets mean.
  throw new CorruptSourceError(
    `${source.uri} has a zip directory of ${directory.length} bytes at offset ${directory.offset}, which does not end where its end records begin (${recordsOffset}); the file is damaged`,
  );
}
