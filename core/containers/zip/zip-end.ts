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

/** The end record and the longest comment that can follow it. */
const MAX_END_BYTES = END_BYTES + 0xffff;

/** Byte within `tail` at which the end record starts: the last one whose comment ends with the file. */
function findEndRecord(tail: DataView): number | undefined {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength) return at;
  }
  return undefined;
}

/** Reads the record of a zip file with zip64 sizes; undefined when no locator precedes the end record. */
async function readEnd64(source: ByteSource, endOffset: number): Promise<DataView | undefined> {
  const locatorOffset = endOffset - LOCATOR_BYTES;
  const offset = locatorOffset - END64_BYTES;
  if (offset < 0) return undefined;
  const length = END64_BYTES + LOCATOR_BYTES;
  const { buffer } = await source.read({ offset, length });
  const end64 = new DataView(buffer, 0, END64_BYTES);
  const locator = new DataView(buffer, END64_BYTES);
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined;
  // Where it stands is where Python reads it, whatever the locator says.
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

/** Offsets past 2^53 are rounded here; they pass the end of any object and are refused for that. */
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
 * One read of at most 65,557 bytes, and a small one of the place where zip64 records may stand.
 *
 * @throws {CorruptSourceError} there is no end record (the file is cut short), or the directory does not end there.
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
  // Where bytes stand between them, or before all, readers disagree on what the offsets mean.
  throw new CorruptSourceError(
    `${source.uri} has a zip directory of ${directory.length} bytes at offset ${directory.offset}, which does not end where its end records begin (${recordsOffset}); the file is damaged`,
  );
}
